"""What differs between environments."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Read once, at start. Field names are the environment's, in lower case."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper, extra="ignore")

    project_id: str
    secrets_key_file: str = ""  # one of the two: a file on this machine …
    kms_key: str = ""  # … or a Cloud KMS key, projects/…/cryptoKeys/…
    messages_topic: str = "warehouse-messages"
    ended_topic: str = "conversation-ended"
    transferred_topic: str = "conversation-transferred"
    agent_left_topic: str = "conversation-agent-left"
    publish_timeout_s: float = Field(10, gt=0, le=60)  # within the subscription's acknowledgement deadline
    log_level: str = "INFO"
    fail_points_folder: str = ""
