"""What differs between environments."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Read once, at start. Field names are the environment's, in lower case."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper, extra="ignore")

    project_id: str
    secrets_key_file: str = ""  # one of the two: a file on this machine …
    kms_key: str = ""  # … or a Cloud KMS key, projects/…/cryptoKeys/…
    events_topic: str = "conversation-event-received"
    outbox_relay_url: str = ""  # kicked after an outage; without it the scheduler's next minute does
    answer_within_s: float = Field(1.9, gt=0, le=2)  # LivePerson switches off who takes 2.5 s
    publish_timeout_s: float = Field(0.8, gt=0, le=2)
    outbox_timeout_s: float = Field(0.8, gt=0, le=2)
    log_level: str = "INFO"
    fail_points_folder: str = ""
