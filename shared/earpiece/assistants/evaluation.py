"""How good an assistant's answers are over a file of conversations: what can be checked without a judge."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import mean, quantiles
from typing import Any

from earpiece.assistants.answering import Question, answer
from earpiece.assistants.grounding import texts_of
from earpiece.assistants.skipping import why_not
from earpiece.assistants.transcript import Turn, transcript_of
from earpiece.domain.assistant_runs import Outcome, RunState
from earpiece.domain.assistants import Assistant
from earpiece.domain.errors import InvalidInput
from earpiece.domain.events import Role
from earpiece.ports.assistants import LanguageModel, ModelAnswer, ModelCall


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation, and what is known of it: `planted` values stand in it and matter, `decoys` do not stand in it."""

    conversation_id: str
    turns: tuple[Turn, ...]
    planted: tuple[str, ...] = ()
    decoys: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """What was counted. `raw_` counts are of the model's first answers, before anything was dropped or mended."""

    conversations: int = 0
    skipped: int = 0
    done: int = 0
    failed: int = 0
    raw_valid: int = 0
    raw_citations: int = 0
    raw_citations_right: int = 0
    raw_entities: int = 0
    raw_entities_said: int = 0
    planted: int = 0
    planted_found: int = 0
    decoys_told: int = 0
    words: list[int] = field(default_factory=list)
    latencies_ms: list[int] = field(default_factory=list)
    costs_usd: list[float | None] = field(default_factory=list)


class _Listening:
    """A model whose answers are kept as they came."""

    def __init__(self, model: LanguageModel) -> None:
        self._model, self.answers = model, list[str]()

    def complete(self, call: ModelCall) -> ModelAnswer:
        answered = self._model.complete(call)
        self.answers.append(answered.text)
        return answered


def read_cases(lines: Iterator[str]) -> list[Case]:
    """JSONL: {"conversation_id", "turns": [{"role", "text"}], "planted"?: [texts], "decoys"?: [texts]}.

    Raises InvalidInput that names the line.
    """
    return [_case(line, number) for number, line in enumerate(lines, 1) if line.strip()]


def evaluate(
    assistant: Assistant, cases: Sequence[Case], model: LanguageModel, language: str, tell: Callable[[str], None]
) -> dict[str, Any]:
    """The report; shares are between 0 and 1, None where there was nothing to count. Raises what the model raises."""
    tally = Tally()
    for number, case in enumerate(cases, 1):
        tally.conversations += 1
        if why_not(assistant, case.turns, None):
            tally.skipped += 1
            continue
        listening = _Listening(model)
        question = Question(assistant, transcript_of(case.turns, assistant.reads), language)
        outcome = answer(question, listening)
        _count(tally, case, outcome, listening.answers[0])
        tell(f"{number} of {len(cases)}: {case.conversation_id}: {outcome.state} {outcome.reason}".rstrip())
    return _report(tally)


def _case(line: str, number: int) -> Case:
    try:
        body = json.loads(line)
        turns = tuple(
            Turn(f"m{place}", str(turn.get("message_id", f"t{place}")), Role(turn["role"]), str(turn["text"]))
            for place, turn in enumerate(body["turns"], 1)
        )
        return Case(str(body["conversation_id"]), turns, tuple(body.get("planted", ())), tuple(body.get("decoys", ())))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(f"line {number} holds no conversation: {error}") from error


def _count(tally: Tally, case: Case, outcome: Outcome, raw: str) -> None:
    tally.done += outcome.state is RunState.DONE
    tally.failed += outcome.state is RunState.FAILED
    tally.raw_valid += outcome.state is RunState.DONE and not outcome.is_repaired
    tally.latencies_ms.append(outcome.spent.latency_ms)
    tally.costs_usd.append(outcome.spent.cost_usd)
    tally.words.append(len(outcome.text.split()))
    _count_raw(tally, case, raw)
    said = "\n".join(texts_of(outcome.result))
    tally.planted += len(case.planted)
    tally.planted_found += sum(value in said for value in case.planted)
    tally.decoys_told += sum(value in said for value in case.decoys)


def _count_raw(tally: Tally, case: Case, raw: str) -> None:
    try:
        found = json.loads(raw)
    except ValueError:
        return
    names = {turn.name for turn in case.turns}
    said = "\n".join(turn.text for turn in case.turns)
    for part in _objects(found):
        cited = [name for name in part.get("sources") or () if isinstance(name, str)]
        tally.raw_citations += len(cited)
        tally.raw_citations_right += sum(name in names for name in cited)
        if "kind" in part and isinstance(part.get("value"), str):
            tally.raw_entities += 1
            tally.raw_entities_said += part["value"] in said


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    match value:
        case dict():
            yield value
            for one in value.values():
                yield from _objects(one)
        case list():
            for one in value:
                yield from _objects(one)
        case _:
            pass


def _report(tally: Tally) -> dict[str, Any]:
    asked = tally.done + tally.failed
    costs = [cost for cost in tally.costs_usd if cost is not None]
    counted = {name: value for name, value in asdict(tally).items() if isinstance(value, int)}
    return {
        **counted,
        "schema_validity": _share(tally.done, asked),
        "first_answer_validity": _share(tally.raw_valid, asked),
        "citation_correctness": _share(tally.raw_citations_right, tally.raw_citations),
        "entity_precision": _share(tally.raw_entities_said, tally.raw_entities),
        "planted_recall": _share(tally.planted_found, tally.planted),
        "mean_words": round(mean(tally.words), 1) if tally.words else None,
        "latency_p50_ms": _quantile(tally.latencies_ms, 50),
        "latency_p95_ms": _quantile(tally.latencies_ms, 95),
        "cost_usd": round(sum(costs), 6) if len(costs) == asked else None,
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _quantile(values: Sequence[int], percent: int) -> int | None:
    if len(values) < 2:
        return values[0] if values else None
    return round(quantiles(values, n=100, method="inclusive")[percent - 1])
