"""What differs between environments."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Read once, at start. Field names are the environment's, in lower case."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper, extra="ignore")

    project_id: str
    models_bucket: str
    token_public_keys_file: str  # JWKS: who may have signed a widget token
    models_folder: str = ""  # for the models in memory; without it a temporary folder
    most_loaded_accounts: int = Field(200, ge=1)  # the model that was not asked for longest goes first
    model_check_s: float = Field(10, gt=0, le=30)  # how often the pointers of loaded accounts are looked at
    model_retry_s: float = Field(5, gt=0, le=300)  # after a failed load; doubled each time, up to five minutes
    read_threads: int = Field(16, ge=2, le=128)
    account_wait_s: float = Field(0.1, gt=0, le=2)  # for the registry, before the copy from before is used
    proxy_hops: int = Field(0, ge=0, le=5)  # load balancers in front whose last X-Forwarded-For entry is true
    log_level: str = "INFO"
