"""What differs between environments."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Read once, at start. Field names are the environment's, in lower case."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper, extra="ignore")

    project_id: str
    secrets_key_file: str = ""  # one of the two: a file on this machine …
    kms_key: str = ""  # … or a Cloud KMS key, projects/…/cryptoKeys/…
    token_signing_key_file: str  # PEM, EC P-256: signs widget tokens
    token_key_id: str  # its `kid` among the public keys
    token_public_keys_file: str = ""  # JWKS; needed while a signing key is rotated, else the signing key's own
    suggestion_events_topic: str = "warehouse-suggestion-events"
    llm_gateway_url: str = ""  # without it no assistant has a model
    suggestion_api_url: str = ""  # without it replies are drafted from those that words alone find
    assistant_runs_topic: str = "warehouse-assistant-runs"
    run_requested_topic: str = "assistant-run-requested"
    model_timeout_s: float = Field(30, gt=0, le=300)  # an agent waits
    publish_timeout_s: float = Field(2, gt=0, le=10)
    widget_origin: str = Field("", pattern=r"^(https?://[a-z0-9.-]+(:[0-9]{1,5})?)?$")  # whose pages always may call
    proxy_hops: int = Field(0, ge=0, le=5)  # load balancers in front whose last X-Forwarded-For entry is true
    log_level: str = "INFO"
