"""What differs between environments."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Read once, at start. Field names are the environment's, in lower case."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper, extra="ignore")

    project_id: str
    models_bucket: str
    tolerance: float = Field(0.01, ge=0, le=1, alias="RELEASE_TOLERANCE")  # of each metric, as a share
    most_false_offers: float = Field(0.25, ge=0, le=1)  # of what the candidate offers, as a share
    log_level: str = "INFO"
    fail_points_folder: str = ""
