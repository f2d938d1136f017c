"""Two sample accounts of our own writing: `lumen` (English, broadband) and `fietsplein` (Dutch, bicycles)."""

from earpiece_emulators.samples.canonical import from_canonical, read_conversations, to_canonical
from earpiece_emulators.samples.conversation import Happening, SampleConversation
from earpiece_emulators.samples.generate import REFERENCE, generate, held_out
from earpiece_emulators.samples.material import ACCOUNTS, canned_replies

__all__ = [
    "ACCOUNTS",
    "REFERENCE",
    "Happening",
    "SampleConversation",
    "canned_replies",
    "from_canonical",
    "generate",
    "held_out",
    "read_conversations",
    "to_canonical",
]
