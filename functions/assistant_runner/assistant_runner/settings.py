"""What differs between environments."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Read once, at start. Field names are the environment's, in lower case."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper, extra="ignore")

    project_id: str
    secrets_key_file: str = ""  # one of the two: a file on this machine …
    kms_key: str = ""  # … or a Cloud KMS key, projects/…/cryptoKeys/…
    llm_gateway_url: str
    assistant_runs_topic: str = "warehouse-assistant-runs"
    model_timeout_s: float = Field(60, gt=0, le=600)  # of one call, all its attempts at providers included
    settle_s: float = Field(2, ge=0, le=30)  # after the notice, in which a conversation's last messages still arrive
    log_level: str = "INFO"
    fail_points_folder: str = ""
