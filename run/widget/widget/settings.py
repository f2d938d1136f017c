"""What differs between environments."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

ADDRESS = r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._-]+)*$"


class Settings(BaseModel):
    """Read once, at start. Field names are the environment's, in lower case."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper, extra="ignore")

    project_id: str
    conversation_api_url: str = Field(pattern=ADDRESS)  # as browsers reach it, without a slash at the end
    suggestion_api_url: str = Field(pattern=ADDRESS)
    assets_folder: Path = Path(__file__).parents[1] / "assets"  # what `make widget` built
    proxy_hops: int = Field(0, ge=0, le=5)  # load balancers in front whose last X-Forwarded-For entry is true
    log_level: str = "INFO"
