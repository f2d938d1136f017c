"""A conversation as the widget sees it."""

from __future__ import annotations

from conversation_api.bodies import AttachmentResponse, ConversationResponse, MessageResponse, ParticipantResponse
from earpiece.domain.conversations import Conversation, Message
from earpiece.domain.errors import NotFound
from earpiece.domain.ids import is_digest
from earpiece.ports.conversations import Conversations


def read_conversation(conversation_id: str, conversations: Conversations) -> ConversationResponse:
    """The conversation of this id; raises NotFound before its first event, and for what is no id or another's."""
    found = conversations.find(conversation_id) if is_digest(conversation_id) else None
    if found is None:
        raise NotFound("there is no such conversation")
    return _shown(found)


def _shown(found: Conversation) -> ConversationResponse:
    return ConversationResponse(
        conversation_id=found.conversation_id,
        platform=found.platform,
        platform_conversation_id=found.platform_conversation_id,
        status=found.status,
        started_at=found.started_at,
        ended_at=found.ended_at,
        last_message_at=found.last_message_at,
        agent_id=found.agent_id,
        channel=found.channel,
        locale=found.locale,
        segment_count=found.segment_count,
        event_count=found.event_count,
        based_on=found.event_count,
        # Their addresses and numbers are on the platform's own page; the widget needs neither.
        participants=[
            ParticipantResponse(participant_id=one.participant_id, role=one.role, name=one.name)
            for one in found.participants
        ],
        messages=[_message(message) for message in found.messages],
    )


def _message(message: Message) -> MessageResponse:
    return MessageResponse(
        message_id=message.message_id,
        role=message.role,
        participant_id=message.participant_id,
        text=message.text,
        content_type=message.content_type,
        visibility=message.visibility,
        sent_at=message.sent_at,
        edited_at=message.edited_at,
        is_removed=message.is_removed,
        attachments=[
            AttachmentResponse(
                attachment_id=one.attachment_id, name=one.name, media_type=one.media_type, size_bytes=one.size_bytes
            )
            for one in message.attachments
        ],
    )
