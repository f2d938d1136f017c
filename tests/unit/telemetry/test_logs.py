"""What a log line may hold."""

from __future__ import annotations

import json

import structlog

from earpiece.telemetry.logs import configure_logs


def test_the_log_of_an_error_names_its_frames_and_never_shows_their_variables(capsys):
    configure_logs("unit", "project")

    def mask(text):
        raise ValueError(len(text))

    try:
        mask("IBAN NL91ABNA0417164300")
    except ValueError as error:
        structlog.get_logger().error("request_failed", exc_info=error)

    line = capsys.readouterr().out
    assert "NL91ABNA0417164300" not in line
    assert json.loads(line)["exception"][0]["frames"][-1]["name"] == "mask"
