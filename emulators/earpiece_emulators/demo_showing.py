"""What the demo prints: suggestions in conversations that the model has not seen, and a summary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from earpiece_emulators.demo_waiting import wait_until

if TYPE_CHECKING:
    from earpiece_emulators.demo_model import DemoModel
    from earpiece_emulators.local_system import LocalSystem
    from earpiece_emulators.samples.conversation import SampleConversation

ASKED_TURNS = 3
SUMMARIZER = "summarizer"
TYPED_CHARACTERS = 8


def show_suggestions(system: LocalSystem, conversations: Sequence[SampleConversation]) -> None:
    """Suggestions and completions at several turns of conversations that the model has not seen."""
    counts = {"turns": 0, "suggested": 0, "completed": 0}
    for conversation in conversations:
        click.echo(f"\n── {conversation.conversation_id}: {conversation.topic} " + "─" * 30)
        for moment in system.moments(conversation, ASKED_TURNS):
            answer = system.ask(moment)
            counts["turns"] += 1
            counts["suggested"] += answer.is_suggested
            counts["completed"] += answer.is_completed
            _print_moment(moment.customer_said, moment.agent_wrote, answer)
    click.echo(
        f"\nin {counts['turns']} turns: the agent's own reply among three suggestions {counts['suggested']} times, "
        f"the rest of the sentence right after {TYPED_CHARACTERS} keys {counts['completed']} times\n"
    )


def _print_moment(customer_said: str, agent_wrote: str, answer: Any) -> None:
    click.echo(f"\n  customer        {_short(customer_said)}")
    click.echo(f"  agent wrote     {_short(agent_wrote)}")
    for number, suggestion in enumerate(answer.suggestions, start=1):
        mark = "✓" if suggestion.is_right else " "
        click.echo(
            f"  suggestion {number}  {mark} {_short(suggestion.text)}  ({suggestion.source} {suggestion.score:.2f})"
        )
    typed = agent_wrote[:TYPED_CHARACTERS]
    mark = "✓" if answer.is_completed else " "
    click.echo(f"  completion    {mark} {typed}│{answer.completion or ' —'}")


def show_summary(
    system: LocalSystem, conversation: SampleConversation, model: DemoModel, say: Callable[[str], None]
) -> None:
    """End a conversation and show what the summarizer made of it, once that stands in the conversation."""
    system.play([conversation])
    found = wait_until(
        lambda: system.result(conversation, SUMMARIZER),
        lambda result: (
            f"waiting for the summary: {result.get('state', 'not begun')} {result.get('reason', '')}".strip()
        ),
        say,
        is_done=lambda result: result.get("state") in ("done", "failed", "skipped") and not result["is_stale"],
        patience_s=90.0,
    )
    click.echo(f"\n── the summary of {conversation.conversation_id}, {found['state']} {found['reason']} " + "─" * 20)
    if not model.is_real:
        click.echo(
            "  No language model was asked: neither OPENAI_API_KEY nor AZURE_OPENAI_API_KEY is set. A stand-in on\n"
            "  this machine quoted the conversation; citations, checks, storage and cost are as they always are."
        )
    for line in found["text"].splitlines():
        click.echo(f"  {line}")
    cited = {name for part in (found["result"] or {}).get("entities", ()) for name in part["sources"]}
    click.echo(f"  (model {found['model']}, assistant version {found['assistant_version']}, cites {sorted(cited)})\n")


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 100 else f"{flat[:99]}…"
