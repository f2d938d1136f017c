"""The entry that uvicorn serves; the only place that reads the environment."""

import os

from llm_gateway.app import Gateway
from llm_gateway.settings import Settings

app = Gateway(Settings.model_validate(dict(os.environ)))
