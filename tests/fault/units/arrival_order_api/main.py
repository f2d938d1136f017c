"""Sabotage: shows messages in the order in which they arrived."""

import os

from conversation_api.app import create_app
from conversation_api.settings import Settings
from earpiece.domain.events import ConversationEvent

ConversationEvent.order = property(lambda event: (event.received_at, 0, event.event_id))  # type: ignore[assignment]

app = create_app(Settings.model_validate(dict(os.environ)))
