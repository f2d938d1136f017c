"""One module per CX platform: bytes in, verdict and events out. No I/O."""

from earpiece.platforms.custom import CustomPlatform
from earpiece.platforms.seam import Handshake, Platform

PLATFORMS: dict[str, Platform] = {platform.name: platform for platform in (CustomPlatform(),)}

__all__ = ["PLATFORMS", "Handshake", "Platform"]
