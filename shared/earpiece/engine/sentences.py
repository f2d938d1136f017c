"""The sentences that a turn may go on to, place by place: each is looked at once, with those that surely come after it.

No place holds those after it, and a turn holds none: what a turn was worth is gone with it, without a collector of
cycles, which would stop everybody who types.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import suppress

from earpiece.engine.vocabulary import END, UNKNOWN
from earpiece.engine.word_mixture import Outlook, Place, Turn, outlooks

MOST_AHEAD, MOST_GUESSED = 13, 3
# Of the weight of all replies have those along which it is worth looking. Completions that have gone on from one place
# go on along the likeliest reply (97 %) or, where none begins so, along what followed most often: then it always is.
LIKELY, EVER = 0.3, 0.0
MOST_OUTLOOK_BYTES = 8_000_000
LEAST_OUTLOOKS = 32


class KeptOutlooks:
    """The newest outlooks of all turns of a model: they are large, and made again in less than a millisecond."""

    def __init__(self, most_bytes: int | None = None) -> None:
        self._most_bytes = MOST_OUTLOOK_BYTES if most_bytes is None else most_bytes
        self._places: OrderedDict[int, weakref.ref[Place]] = OrderedDict()

    def __len__(self) -> int:
        return sum(place() is not None for place in list(self._places.values()))

    def keep(self, place: Place, outlook: Outlook) -> None:
        """The place has this outlook, until enough others have one."""
        place.outlook = outlook
        self._places[id(place)] = weakref.ref(place)
        self._forget(max(self._most_bytes // outlook.chances.nbytes, LEAST_OUTLOOKS))

    def forget(self) -> None:
        """Let go of all."""
        self._forget(0)

    def _forget(self, most: int) -> None:
        while len(self._places) > most:
            with suppress(KeyError):  # another thread was faster
                if place := self._places.popitem(last=False)[1]():
                    place.forget()


class Sentences:
    """Of one turn. Safe for many threads."""

    def __init__(self, turn: Turn, kept: KeptOutlooks | None = None) -> None:
        self.turn, self._kept = turn, KeptOutlooks() if kept is None else kept
        self._root = Place(turn, None, "")
        self._after: dict[tuple[Place, str], Place] = {}

    def at(self, words: Sequence[str]) -> Place:
        """The place after these whole words."""
        place = self._root
        for word in words:
            place = self.after(place, word)
        return place

    def after(self, place: Place, word: str) -> Place:
        """The place after one word more."""
        found = self._after.get((place, word))
        return found or self._after.setdefault((place, word), Place(self.turn, place, word))

    def outlook(self, place: Place, *, is_going_on: bool = False) -> Outlook:
        """What may come next there; `is_going_on` when a completion has come to it from a place before."""
        found = place.outlook
        if found is None:
            places = (place, *(one for one in self._ahead(place, is_going_on) if one.outlook is None))
            # Copies, since each is forgotten by itself.
            found, *later = (Outlook(one.chances.copy(), one.end, one.unknown) for one in outlooks(places))
            for one, outlook in zip(places, (found, *later), strict=True):
                self._kept.keep(one, outlook)
        return found

    def _ahead(self, place: Place, is_going_on: bool) -> Iterator[Place]:
        """Where a completion goes on from here: looked at together they cost half."""
        mixture, likely = self.turn.mixture, EVER if is_going_on else LIKELY
        listed = mixture.replies.likeliest(place.done, place.depth, self.turn.weights, likely)
        for number in listed[:MOST_AHEAD]:
            if number == UNKNOWN:
                return
            place = self.after(place, mixture.vocabulary.words[number])
            yield place
        for _ in range(MOST_GUESSED if is_going_on and not listed else 0):
            guess = mixture.next_words.likeliest(place.history)
            if guess is None or guess in (UNKNOWN, END):
                return
            place = self.after(place, mixture.vocabulary.words[guess])
            yield place
