"""What differs between environments."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Read once, at start. Field names are the environment's, in lower case."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper, extra="ignore")

    project_id: str
    trainer_job: str  # the job's full name, projects/…/locations/…/jobs/…
    cloud_run_endpoint: str = "https://run.googleapis.com"  # on one machine, its stand-in's
    training_topic: str = "training-requested"
    training_interval_days: float = Field(14, gt=0)
    request_lease_s: int = Field(900, gt=0)  # from the request until the push has come through
    start_lease_s: int = Field(600, gt=0)  # from the job's start until its own first heartbeat
    publish_timeout_s: float = Field(10, gt=0, le=60)
    log_level: str = "INFO"
    fail_points_folder: str = ""
