"""A conversation as the widget sees it."""

from __future__ import annotations

from conversation_api.bodies import (
    AssistantResultResponse,
    AttachmentResponse,
    ConversationResponse,
    MessageResponse,
    ParticipantResponse,
)
from earpiece.assistants.running import is_stale
from earpiece.domain.assistant_runs import FinalText, Run
from earpiece.domain.conversations import Conversation, Message
from earpiece.domain.errors import NotFound
from earpiece.domain.ids import is_digest
from earpiece.ports.assistants import Results
from earpiece.ports.conversations import Conversations


def read_conversation(conversation_id: str, conversations: Conversations) -> ConversationResponse:
    """The conversation of this id; raises NotFound before its first event, and for what is no id or another's."""
    return _shown(*find_conversation(conversation_id, conversations))


def find_conversation(conversation_id: str, conversations: Conversations) -> tuple[Conversation, Results]:
    """The same with what assistants made of it; raises NotFound."""
    found = conversations.find_with_results(conversation_id) if is_digest(conversation_id) else None
    if found is None:
        raise NotFound("there is no such conversation")
    return found


def shown_result(
    code: str, conversation: Conversation, run: Run | None, final: FinalText | None
) -> AssistantResultResponse:
    """What an assistant made of a conversation, as the widget sees it."""
    outcome = run.outcome if run else None
    return AssistantResultResponse(
        code=code,
        run_id=run.run_id if run else None,
        state=outcome.state if outcome else None,
        reason=outcome.reason if outcome else "",
        is_stale=bool(run and is_stale(run, conversation)),
        is_trimmed=bool(outcome and outcome.is_trimmed),
        text=outcome.text if outcome else "",
        result=dict(outcome.result) if outcome and outcome.result else None,
        trigger=run.trigger if run else None,
        assistant_version=run.assistant_version if run else None,
        model=(outcome.spent.upstream_model or None) if outcome else None,
        based_on=run.based_on if run else None,
        finished_at=run.finished_at if run else None,
        final_text=final.text if final else None,
        final_at=final.at if final else None,
    )


def _shown(found: Conversation, results: Results) -> ConversationResponse:
    codes = sorted(results.runs.keys() | results.final_texts.keys())
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
        assistants=[shown_result(code, found, results.runs.get(code), results.final_texts.get(code)) for code in codes],
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
