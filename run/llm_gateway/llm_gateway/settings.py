"""What differs between environments."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

from llm_gateway.addresses import networks_of


class Settings(BaseModel):
    """Read once, at start. Field names are the environment's, in lower case."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper, extra="ignore")

    project_id: str
    secrets_key_file: str = ""  # one of the two: a file on this machine …
    kms_key: str = ""  # … or a Cloud KMS key, projects/…/cryptoKeys/…
    usage_topic: str = "warehouse-llm-usage"
    deadline_s: float = Field(120, gt=0, le=3600)  # of a call whose caller names none
    most_body_bytes: int = Field(8 * 1024 * 1024, ge=1024)
    body_s: float = Field(30, gt=0, le=600)  # in which a caller must have sent its request
    caller_fresh_s: float = Field(10, gt=0, le=30)  # keys, accounts and settings; twice that and they are read first
    caller_stale_s: float = Field(300, gt=0)  # … and are used all the same while the stores are away
    secret_fresh_s: float = Field(30, gt=0, le=60)
    masking_s: float = Field(2, gt=0, le=30)  # in which a call's personal data must be masked, or it is refused
    entra_authority: str = "https://login.microsoftonline.com"
    private_networks: str = ""  # that accounts' upstreams may be in: 10.8.0.0/16, fd00:8::/32
    lookup_threads: int = Field(8, ge=1, le=64)
    log_level: str = "INFO"

    @field_validator("private_networks")
    @classmethod
    def _are_networks(cls, told: str) -> str:
        networks_of(told)
        return told
