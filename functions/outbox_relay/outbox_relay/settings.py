"""What differs between environments."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Read once, at start. Field names are the environment's, in lower case."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper, extra="ignore")

    project_id: str
    publish_timeout_s: float = Field(5, gt=0, le=60)
    run_limit_s: float = Field(50, gt=0, le=540)  # the scheduler starts the next run after a minute
    batch_size: int = Field(200, gt=0, le=1000)
    log_level: str = "INFO"
    fail_points_folder: str = ""
