"""What differs between environments."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Read once, at start. Field names are the environment's, in lower case."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper, extra="ignore")

    project_id: str
    secrets_key_file: str = ""  # one of the two: a file on this machine …
    kms_key: str = ""  # … or a Cloud KMS key, projects/…/cryptoKeys/…
    usage_topic: str = "warehouse-llm-usage"
    deadline_s: float = Field(120, gt=0, le=3600)  # of a call whose caller names none
    most_body_bytes: int = Field(8 * 1024 * 1024, ge=1024)
    lookup_threads: int = Field(8, ge=1, le=64)
    log_level: str = "INFO"
