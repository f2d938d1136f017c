"""Replies that an account wrote itself, from a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from earpiece.domain.errors import InvalidInput
from earpiece.domain.replies import Reply, ReplyState, reply_id_of
from earpiece.engine.normal import text_key


def read_canned(file: Path) -> Sequence[Reply]:
    """The replies of a JSON file, approved: a list of texts, or of objects with `text` and perhaps `language`.

    Texts that are normalised to the same are one reply; the first stands. Raises InvalidInput.
    """
    try:
        listed = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise InvalidInput(f"{file.name} is not JSON in UTF-8") from error
    if not isinstance(listed, list):
        raise InvalidInput(f"{file.name} must hold a list of replies")
    replies = [_reply(item, position) for position, item in enumerate(listed)]
    return list({reply.reply_id: reply for reply in reversed(replies)}.values())[::-1]


def _reply(item: Any, position: int) -> Reply:
    fields = {"text": item} if isinstance(item, str) else item
    text = fields.get("text") if isinstance(fields, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise InvalidInput(f"reply {position + 1} must be a text, or an object with a text")
    language = str(fields.get("language") or "")
    return Reply(reply_id_of(text_key(text)), text.strip(), ReplyState.APPROVED, language)
