"""`earpiece demo`: the whole way on one machine, from a platform's first delivery to an agent's desk."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earpiece.domain.errors import Unavailable
from earpiece.domain.times import format_instant, parse_instant
from earpiece_emulators.demo_waiting import Teller, wait_until
from earpiece_emulators.places import STATE_VARIABLE, State, state_at
from earpiece_emulators.record import write_atomically

if TYPE_CHECKING:
    from earpiece_emulators.demo_model import DemoModel
    from earpiece_emulators.local_system import LocalSystem
    from earpiece_emulators.samples.conversation import SampleConversation

ACCOUNT = "lumen"
OTHERS = {"fietsplein": 0.35}  # and their share of the conversations: enough to learn from
CONVERSATIONS = 360
ASKED_CONVERSATIONS = 4
INTERRUPTED = 130  # as of a program that Ctrl-C ended: not all of it worked


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
@click.option("--again", is_flag=True, help="Play and train again, also where an earlier demo left a model.")
def demo(once: bool, folder: Path | None, count: int, again: bool) -> None:
    """Start everything, play conversations, train, show what is suggested, and open an agent's desk to try it at."""
    from earpiece_emulators.demo_desk import check_desk
    from earpiece_emulators.detached import bring_down
    from earpiece_emulators.doctor import require

    state = state_at(folder)
    say = Teller()
    status = INTERRUPTED
    require()
    try:
        system = run(state, count, say, again=again)
        if once:
            check_desk(system, say)
        status = 0
        if not once:
            say("customers write as long as somebody looks at the desk; Ctrl-C ends all of it")
            click.echo(f"\nThe agent's desk: {system.desk()}")
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        say("stopping")
    finally:
        bring_down(state, 20.0, say)
    sys.exit(status)


def run(state: State, count: int, say: Callable[[str], None], *, again: bool = False) -> LocalSystem:
    """Every step, each awaited by its effect; raises Unavailable when one does not come about."""
    from earpiece_emulators.demo_showing import show_suggestions, show_summary
    from earpiece_emulators.local_system import LocalSystem
    from earpiece_emulators.samples.generate import generate, held_out

    _start(state, say)
    counts = {ACCOUNT: count} | {name: round(count * share) for name, share in OTHERS.items()}
    systems = {name: LocalSystem(state, name) for name in counts}
    system = systems[ACCOUNT]
    until = played_until(state)
    told = {}
    for name, one in systems.items():
        say(f"creating the account {name}, with the replies that its agents have today")
        one.create_account()
        one.allow_desk()
        if not again and (version := one.version_in_service()):
            say(f"{name} has learned before: model version {version} is in service")
            continue
        told[name] = list(generate(name, count=counts[name], until=until))
        _play(one, told[name], say)
    model = _train(systems, told, say)
    for one in systems.values():
        wait_until(one.is_serving, lambda _: "waiting for suggestion_api to serve it", say, is_done=bool)
    seed = int(time.time())  # each run asks in conversations of its own
    asked = list(held_out(ACCOUNT, seed=seed, count=ASKED_CONVERSATIONS, until=until))
    show_suggestions(system, asked)
    say(f"ending conversation {asked[0].conversation_id}; its summary comes from {model.name}, through llm_gateway")
    show_summary(system, asked[0], model, say)
    _addresses(system)
    return system


def _play(system: LocalSystem, told: list[SampleConversation], say: Callable[[str], None]) -> None:
    say(f"playing {len(told)} conversations through the webhook door, signed as a platform signs them")
    played = system.play(told, say)
    say(f"{played.acknowledged} deliveries acknowledged, {played.per_s:.0f} per second")


def _train(
    systems: Mapping[str, LocalSystem], told: Mapping[str, list[SampleConversation]], say: Callable[[str], None]
) -> DemoModel:
    """Train the accounts to which something was played; the language model that all of them were given."""
    runs = {}
    for name, conversations in told.items():
        _await_stores(systems[name], conversations, say)
        say(f"all conversations of {name} are in Firestore, and masked in BigQuery; training")
        runs[name] = systems[name].start_training()
    # Now, because every unit knows of it half a minute later.
    models = [system.connect_model() for system in systems.values()]
    for name, run_id in runs.items():
        _await_model(systems[name], name, run_id, say)
    return models[0]


def _await_stores(system: LocalSystem, told: list[SampleConversation], say: Callable[[str], None]) -> None:
    wait_until(
        lambda: system.missing(told),
        lambda missing: f"waiting for the stores: {missing[0]} conversations and {missing[1]} messages to come",
        say,
        is_done=lambda missing: missing == (0, 0),
    )


def _await_model(system: LocalSystem, name: str, run_id: str, say: Callable[[str], None]) -> None:
    ended = wait_until(
        lambda: system.training_run(run_id),
        lambda found: f"training run {run_id}: {found['state']}",
        say,
        is_done=lambda found: found["state"] not in ("requested", "running"),
        patience_s=900.0,  # a minute of processor time, on a machine that may do other work too
    )
    if ended["state"] != "succeeded":
        raise Unavailable(f"training ended {ended['state']}: {ended['reason']}")
    version = ended["model_version"]
    decided = wait_until(
        lambda: system.model(version),
        lambda found: f"model version {version}: {found.get('state', 'not decided yet')}",
        say,
        is_done=lambda found: bool(found.get("is_in_service") or found.get("reason")),
    )
    say(f"model version {version} of {name} is {decided['state']}: {decided['reason']}")


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
    from earpiece_emulators.supervisor import Options

    if not is_prepared():
        say("preparing the BigQuery stand-in, once")
        prepare_bigquery()
    say("starting Google's emulators, the stand-ins and every unit")
    start_detached(Options(str(state.folder)), say)


def _addresses(system: LocalSystem) -> None:
    for name, url in system.addresses().items():
        click.echo(f"  {name:20} {url}")
    click.echo(f"  {'API descriptions':20} {system.addresses()['suggestion_api']}/openapi.json")
