"""Find and mask personal data. The standard library only: no cloud, no model, no network."""

from earpiece.privacy.finding import find
from earpiece.privacy.masking import conversation_key, mask
from earpiece.privacy.placeholders import MASKED
from earpiece.privacy.spans import Known, Label, Span

__all__ = ["MASKED", "Known", "Label", "Span", "conversation_key", "find", "mask"]
