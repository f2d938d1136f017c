"""What differs between environments and between runs."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Read once, at start. Field names are the environment's, in lower case."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper, extra="ignore")

    account_id: str
    training_run_id: str
    project_id: str
    models_bucket: str
    most_bytes_billed: int = Field(50 * 10**9, gt=0)  # of each query
    trained_topic: str = "model-trained"
    lease_s: int = Field(300, gt=0)
    heartbeat_interval_s: float = Field(60, gt=0)
    most_examples: int = Field(1000, gt=0)  # of the test set, for recall and coverage …
    most_typed_messages: int = Field(200, gt=0)  # … and for saved keystrokes
    publish_timeout_s: float = Field(30, gt=0)
    log_level: str = "INFO"
    fail_points_folder: str = ""
