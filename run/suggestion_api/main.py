"""The entry that gunicorn serves; the only place that reads the environment."""

import os

from suggestion_api.app import create_app
from suggestion_api.settings import Settings

app = create_app(Settings.model_validate(dict(os.environ)))
