"""What differs between environments."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Read once, at start. Field names are the environment's, in lower case."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper, extra="ignore")

    project_id: str
    models_bucket: str
    token_public_keys_file: str  # JWKS: who may have signed a widget token
    models_folder: str = ""  # where models are downloaded to; without it a temporary folder
    most_model_bytes: int = Field(1_900_000_000, ge=1)  # of all models in memory; a process of 2 GiB
    most_disk_bytes: int = Field(0, ge=0)  # of files of models not in memory; 0 unless the folder is on a real disk
    account_fresh_s: float = Field(10, gt=0, le=30)  # how old an account may be: its model, settings and state
    model_check_s: float = Field(10, gt=0, le=30)  # how often the pointers of loaded accounts are looked at
    model_retry_s: float = Field(5, gt=0, le=300)  # after a failed load; doubled each time, up to five minutes
    read_threads: int = Field(16, ge=2, le=128)
    account_wait_s: float = Field(0.1, gt=0, le=2)  # for the registry, before the copy from before is used
    widget_origin: str = Field("", pattern=r"^(https?://[a-z0-9.-]+(:[0-9]{1,5})?)?$")  # whose pages always may call
    proxy_hops: int = Field(0, ge=0, le=5)  # load balancers in front whose last X-Forwarded-For entry is true
    log_level: str = "INFO"
