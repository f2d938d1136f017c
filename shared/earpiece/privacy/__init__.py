"""Find and mask personal data. The standard library only: no cloud, no model, no network."""

from earpiece.privacy.finding import find
from earpiece.privacy.masking import conversation_key, mask
from earpiece.privacy.participants import known_values
from earpiece.privacy.placeholders import MASKED
from earpiece.privacy.spans import Known, Label, Span
from earpiece.privacy.vault import MaskingUnavailable, Vault

__all__ = [
    "MASKED",
    "Known",
    "Label",
    "MaskingUnavailable",
    "Span",
    "Vault",
    "conversation_key",
    "find",
    "known_values",
    "mask",
]
