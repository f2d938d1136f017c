"""The job's entry; the only place that reads the environment. Exit status 0 for succeeded and skipped, else 1."""

import os
import sys

from trainer.job import execute
from trainer.settings import Settings

if __name__ == "__main__":
    sys.exit(execute(Settings.model_validate(dict(os.environ))))
