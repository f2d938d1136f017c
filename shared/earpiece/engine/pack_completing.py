"""Completing from a pack alone: the reference for the widget, which must pass the same vectors (`tests/samples/packs`).

1. The draft's last word, as far as it is typed, is the partial word; the words before it are whole. When the whole
   words are not `after` and then words that lead to a place, or the word after `after` does not begin with `begun`,
   there is nothing to offer, and a new pack is due.
2. At a place, a partial word leaves the words that begin so, in any of the cases of `match`; another case than the
   typed one weighs `other_case`. All that is unlisted weighs `unlisted_first_letter` for the first letter typed and
   `unlisted_next_letter` for each further one; what is unlisted in the word that is `begun`, `unlisted_next_letter` for
   each letter behind these. With nothing typed, all words are left but the end.
3. A new pack is due as well where of the weight left to a partial word more than the share `due_within_over` is that of
   unlisted words, and where the walk comes to a place that is not known; but neither just behind `after` nor within the
   word that is `begun`: for these the pack was made. Until a new one is there, this one goes on.
4. Walk: the heaviest word, then the place after it, and so on while the chance of the text is at least
   `least_chance`. Text may stop where the words left begin to differ, at the end of a word, and after a space; a space
   follows with the chance that the message does not end, and where no place is known, with that of `goes_on` behind a
   word that no sign of `ends` ends.
5. Of all stops with at least `least_characters`, offer the one of the largest value: chance x (characters - 1 +
   price x share) - (1 - chance) x price x (1 - share), `share` being `allowed_share`; nothing when that is not above 0.
6. An offer that makes the draft one of `refused`, or the beginning of one and of none of `replies`, is not made. Texts
   are compared without case, accents and kinds of quotes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from earpiece.domain.errors import InvalidInput
from earpiece.engine.completing import MOST_WORDS, STEP, split_draft, typed_cases
from earpiece.engine.offers import OfferPolicy, Path, choose
from earpiece.engine.packing import VERSION
from earpiece.engine.prefixes import fold

Tree = Sequence[Any]


def complete_from_pack(pack_bytes: bytes, typed: str) -> str | None:
    """The text to append to what was typed; raises InvalidInput for what is no pack of this version."""
    return _read(pack_bytes).complete(typed)


@lru_cache(maxsize=64)
def _read(pack_bytes: bytes) -> Pack:
    try:
        body = json.loads(pack_bytes)
        if body["version"] != VERSION:
            raise InvalidInput(f"the pack has version {body['version']}; this code reads {VERSION}")
        return Pack(body)
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"not a pack: {error}") from error


@dataclass(frozen=True, slots=True)
class _Left:
    """A word that fits what was typed: with `typed` as its own beginning, and its weight."""

    word: str
    typed: str
    weight: float


@dataclass(frozen=True, slots=True)
class _Walk:
    """Where the likeliest words lead; `is_cut` where what would come next is not known."""

    path: Path
    is_cut: bool


class Pack:
    """A pack that was read."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.words: Sequence[str] = body["words"]
        self._places, self._unit, self._after = body["places"], body["unit"], body["after"]
        self._begun: str = body.get("begun", "")
        self._match, self._policy = body["match"], OfferPolicy(**body["policy"])
        self._refused = [fold(text.strip()) for text in body["refused"]]
        self._allowed = [fold(text.strip()) for text, _ in body["replies"]]
        self._numbers = {word: str(number) for number, word in enumerate(self.words)}

    def is_due(self, typed: str) -> bool:
        """Whether the draft has left what the pack knows well enough: fetch a new one."""
        done, partial = split_draft(typed)
        place = self._place(done, partial)
        if place is None:
            return True
        if place is self._places and (self._begun or not partial):
            return False
        left, total = self._left(place, partial)
        most: float = self._match.get("due_within_over", 1.0)  # packs of before have none
        is_strange = bool(partial) and total - sum(one.weight for one in left) > total * most
        return is_strange or self._walk(place, partial).is_cut

    def complete(self, typed: str) -> str | None:
        done, partial = split_draft(typed)
        place = self._place(done, partial)
        path = self._walk(place, partial).path if place else Path("", ())
        choice = choose(path, self._policy)
        offer = path.text[: choice.length] if choice else ""
        return offer if offer and not self._is_refused(fold((typed + offer).strip())) else None

    def _is_refused(self, completed: str) -> bool:
        leads = any(text.startswith(completed) for text in self._refused)
        return completed in self._refused or (leads and not any(text.startswith(completed) for text in self._allowed))

    def _place(self, done: Sequence[str], partial: str) -> Tree | None:
        count = len(self._after)
        if list(done[:count]) != self._after or not [*done, partial][count].startswith(self._begun):
            return None
        place: Tree | None = self._places
        for word in done[count:]:
            place = self._then(place, word) if place else None
        return place

    def _then(self, place: Tree, word: str) -> Tree | None:
        later: Mapping[str, Tree] = place[2] if len(place) > 2 else {}
        return later.get(self._numbers.get(word, ""))

    def _walk(self, place: Tree | None, partial: str) -> _Walk:
        text, chance, least = "", 1.0, self._policy.least_chance
        stops: list[tuple[int, float]] = []
        for number in range(MOST_WORDS):
            if place is None:
                break
            if number:
                chance *= 1 - self._end(place)
                text += " "
                stops.append((len(text), chance))
            left, total = self._left(place, partial)
            if chance < least or not left or total <= 0:
                break
            best = max(left, key=lambda one: one.weight)
            rest = best.word[len(best.typed) :]
            stops += [(len(text) + length, chance * weight / total) for length, weight in _stops(left, best)]
            text, chance = text + rest, chance * best.weight / total
            place, partial = self._then(place, best.word), ""
            if place is None and chance >= least and best.word[-1] not in self._match.get("ends", ""):
                text += " "
                stops.append((len(text), chance * self._match.get("goes_on", 0.0)))  # packs of before have none
        return _Walk(Path(text, stops), is_cut=place is None and chance >= least)

    def _end(self, place: Tree) -> float:
        return next((chance for word, chance in self._listed(place) if not word), 0.0)

    def _listed(self, place: Tree) -> list[tuple[str, float]]:
        numbers, chances = place[1][::2], place[1][1::2]
        return [(self.words[number], chance / self._unit) for number, chance in zip(numbers, chances, strict=True)]

    def _left(self, place: Tree, partial: str) -> tuple[list[_Left], float]:
        """The words that fit, and the weight of these and of all unlisted ones that may."""
        listed = self._listed(place)
        if not partial:
            return [_Left(word, "", chance) for word, chance in listed if word], 1 - self._end(place)
        match = self._match
        cases = [(case, match["other_case"] if number else 1.0) for number, case in enumerate(typed_cases(partial))]
        left = [
            _Left(word, case, chance * share)
            for case, share in cases
            for word, chance in listed
            if word.startswith(case)
        ]
        before = len(self._begun) if place is self._places else 0
        first = 1.0 if before else match["unlisted_first_letter"]
        unlisted = place[0] / self._unit * first * match["unlisted_next_letter"] ** (len(partial) - (before or 1))
        return left, sum(one.weight for one in left) + unlisted


def _stops(left: Sequence[_Left], best: _Left) -> list[tuple[int, float]]:
    """Where in the rest of the best word the others part from it, and the weight of those that have not."""
    stops: list[tuple[int, float]] = []
    last = -1.0
    for length in range(1, len(best.word) - len(best.typed) + 1):
        beginning = best.word[: len(best.typed) + length]
        weight = sum(one.weight for one in left if one.typed == best.typed and one.word.startswith(beginning))
        if last >= 0 and weight < last * STEP:
            stops.append((length - 1, last))
        last = weight
    return [*stops, (len(best.word) - len(best.typed), last)] if last >= 0 else stops
