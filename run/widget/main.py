"""The entry that gunicorn serves; the only place that reads the environment."""

import os

from widget.app import create_app
from widget.settings import Settings

app = create_app(Settings.model_validate(dict(os.environ)))
