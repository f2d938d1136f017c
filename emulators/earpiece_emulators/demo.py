"""`earpiece demo`: the whole way on one machine, from a platform's first delivery to a learned suggestion."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from earpiece.domain.errors import Unavailable
from earpiece.domain.times import format_instant, parse_instant
from earpiece_emulators.places import STATE_VARIABLE, State, state_at
from earpiece_emulators.record import write_atomically

if TYPE_CHECKING:
    from earpiece_emulators.demo_model import DemoModel
    from earpiece_emulators.local_system import LocalSystem
    from earpiece_emulators.samples.conversation import SampleConversation

ACCOUNT = "lumen"
SUMMARIZER = "summarizer"
CONVERSATIONS = 360
ASKED_CONVERSATIONS = 4
ASKED_TURNS = 3
TYPED_CHARACTERS = 8
Found = TypeVar("Found")


@click.command()
@click.option("--once", is_flag=True, help="End when all of it worked, with exit status 0.")
@click.option(
    "--state",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    envvar=STATE_VARIABLE,
    help="The folder of everything that the run writes; .local in the repository by default.",
)
@click.option("--conversations", "count", default=CONVERSATIONS, show_default=True, help="How many are learned from.")
def demo(once: bool, folder: Path | None, count: int) -> None:
    """Start everything, play conversations, train, and show what is suggested in conversations it has not seen."""
    from earpiece_emulators.detached import bring_down

    state = state_at(folder)
    say = _Teller()
    try:
        run(state, count, say)
        if not once:
            say("this stays up; Ctrl-C ends it")
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        say("stopping")
    finally:
        bring_down(state, 20.0, say)


class _Teller:
    """Progress on standard error, each line with the seconds since the start."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, line: str) -> None:
        click.echo(f"[{time.monotonic() - self._began:6.1f} s] {line}", err=True)


def run(state: State, count: int, say: Callable[[str], None]) -> None:
    """Every step, each awaited by its effect; raises Unavailable when one does not come about."""
    from earpiece_emulators.local_system import LocalSystem
    from earpiece_emulators.samples.generate import generate, held_out

    _start(state, say)
    system = LocalSystem(state, ACCOUNT)
    say(f"creating the account {ACCOUNT}, with the replies that its agents have today")
    system.create_account()
    until = played_until(state)
    told = list(generate(ACCOUNT, count=count, until=until))
    say(f"playing {len(told)} conversations through the webhook door, signed as a platform signs them")
    played = system.play(told, say)
    say(f"{played.acknowledged} deliveries acknowledged, {played.per_s:.0f} per second")
    _wait(
        lambda: system.missing(told),
        lambda missing: f"waiting for the stores: {missing[0]} conversations and {missing[1]} messages to come",
        say,
        is_done=lambda missing: missing == (0, 0),
    )
    say("all of them are in Firestore, and masked in BigQuery; training")
    run_id = system.start_training()
    model = system.connect_model()  # now, because every unit knows of it half a minute later
    ended = _wait(
        lambda: system.training_run(run_id),
        lambda found: f"training run {run_id}: {found['state']}",
        say,
        is_done=lambda found: found["state"] not in ("requested", "running"),
    )
    if ended["state"] != "succeeded":
        raise Unavailable(f"training ended {ended['state']}: {ended['reason']}")
    version = ended["model_version"]
    decided = _wait(
        lambda: system.model(version),
        lambda found: f"model version {version}: {found.get('state', 'not decided yet')}",
        say,
        is_done=lambda found: bool(found.get("is_in_service") or found.get("reason")),
    )
    say(f"model version {version} is {decided['state']}: {decided['reason']}")
    _wait(system.is_serving, lambda _: "waiting for suggestion_api to serve it", say, is_done=bool)
    seed = int(time.time())  # each run asks in conversations of its own
    asked = list(held_out(ACCOUNT, seed=seed, count=ASKED_CONVERSATIONS, until=until))
    _show(system, asked)
    say(f"ending conversation {asked[0].conversation_id}; its summary comes from {model.name}, through llm_gateway")
    _show_summary(system, asked[0], model, say)
    _addresses(system)


def played_until(state: State) -> datetime:
    """Until when the conversations take place: now, at the first run of a state folder, and the same at a rerun.

    So a rerun sends the same deliveries again, as a platform does that was in doubt, and nothing is doubled.
    """
    if state.demo_until.exists():
        return parse_instant(state.demo_until.read_text())
    now = datetime.now(UTC)
    write_atomically(state.demo_until, format_instant(now).encode())
    return now


def _start(state: State, say: Callable[[str], None]) -> None:
    from earpiece_emulators.bigquery_environment import is_prepared, prepare_bigquery
    from earpiece_emulators.detached import start_detached
    from earpiece_emulators.doctor import require
    from earpiece_emulators.supervisor import Options

    require()
    if not is_prepared():
        say("preparing the BigQuery stand-in, once")
        prepare_bigquery()
    say("starting Google's emulators, the stand-ins and every unit")
    start_detached(Options(str(state.folder)), say)


def _wait(
    look: Callable[[], Found],
    describe: Callable[[Found], str],
    say: Callable[[str], None],
    *,
    is_done: Callable[[Found], bool],
    patience_s: float = 300.0,
) -> Found:
    """What was found once it is done, telling whenever it changes; raises Unavailable when patience ends."""
    until_s = time.monotonic() + patience_s
    told = ""
    while True:
        found = look()
        if is_done(found):
            return found
        if (line := describe(found)) != told:
            say(line)
            told = line
        if time.monotonic() > until_s:
            raise Unavailable(f"{line}: not done after {patience_s:.0f} s; see the logs of the units")
        time.sleep(1.0)


def _show(system: LocalSystem, conversations: Sequence[SampleConversation]) -> None:
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


def _show_summary(
    system: LocalSystem, conversation: SampleConversation, model: DemoModel, say: Callable[[str], None]
) -> None:
    """End a conversation and show what the summarizer made of it, once that stands in the conversation."""
    system.play([conversation])
    found = _wait(
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


def _addresses(system: LocalSystem) -> None:
    for name, url in system.addresses().items():
        click.echo(f"  {name:20} {url}")
    click.echo(f"  {'API descriptions':20} {system.addresses()['suggestion_api']}/openapi.json")
