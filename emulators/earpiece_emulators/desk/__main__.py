"""`python -m earpiece_emulators.desk <state> <port>`."""

from __future__ import annotations

import logging
import os
import sys
import time
from pathlib import Path

from werkzeug.serving import make_server

from earpiece_emulators.desk.board import Board
from earpiece_emulators.desk.playing import Pace
from earpiece_emulators.desk.rows import Rows
from earpiece_emulators.desk.stage import Stage
from earpiece_emulators.desk.surroundings import Surroundings
from earpiece_emulators.desk.web import create_desk
from earpiece_emulators.places import State
from earpiece_emulators.ports import LOOPBACK

PACE_VARIABLE = "EARPIECE_DESK_PACE"


def main() -> None:
    state, port = State(Path(sys.argv[1])), int(sys.argv[2])
    pace = Pace(float(os.environ.get(PACE_VARIABLE, "1")))
    surroundings, board = Surroundings(state), Board()
    stage = Stage(surroundings, board, pace, seed=int(time.time()))  # customers who were never here before
    stage.open()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # each poll of a page would be a line
    app = create_desk(port, surroundings, board, stage, Rows(os.environ.get("PROJECT_ID", "")))
    make_server(LOOPBACK, port, app, threaded=True).serve_forever()


if __name__ == "__main__":
    main()
