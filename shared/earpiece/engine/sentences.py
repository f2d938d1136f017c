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

MOST_AHEAD, MOST_GUESSED = 13, 2
# Of the weight of all replies have those along which it is worth looking, by how many words a completion has gone on.
# Where any will do and no reply begins so, what followed most often is the guess: who has gone on mostly goes on.
LIKELY = (0.3, 0.01, 0.001, 0.0)
MOST_OUTLOOK_BYTES = 32_000_000  # of a few hundred drafts
LEAST_OUTLOOKS = 32


class KeptOutlooks:
    """The newest outlooks of all turns of a model: they are large, and made again in less than a millisecond."""

    def __init__(self, most_bytes: int | None = None) -> None:
        self._most_bytes = MOST_OUTLOOK_BYTES if most_bytes is None else most_bytes
        self._places: OrderedDict[int, weakref.ref[Place]] = OrderedDict()

    def __len__(self) -> int:
        """How many there are, and those of turns that are gone, until `forget_gone`."""
        return len(self._places)

    def keep(self, place: Place, outlook: Outlook) -> None:
        """The place has this outlook, until enough others have one."""
        place.outlook = outlook
        self._places[id(place)] = weakref.ref(place)
        self._forget(max(self._most_bytes // outlook.chances.nbytes, LEAST_OUTLOOKS))

    def forget(self) -> None:
        """Let go of all."""
        self._forget(0)

    def forget_gone(self) -> None:
        """Count those of turns that are gone no more."""
        for number, place in list(self._places.items()):
            if place() is None and self._places.get(number) is place:
                self._places.pop(number, None)

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
        self._after: dict[tuple[int, str], Place] = {}  # by the place's id: plain values are no work for the collector

    def at(self, words: Sequence[str]) -> Place:
        """The place after these whole words."""
        place = self._root
        for word in words:
            place = self.after(place, word)
        return place

    def after(self, place: Place, word: str) -> Place:
        """The place after one word more."""
        key = (id(place), word)
        return self._after.get(key) or self._after.setdefault(key, Place(self.turn, place, word))

    def outlook(self, place: Place, gone_on: int = 0) -> Outlook:
        """What may come next there; `gone_on` is by how many words a completion has come to it."""
        found = place.outlook
        if found is None:
            places = (place, *(one for one in self._ahead(place, gone_on) if one.outlook is None))
            # Copies, since each is forgotten by itself.
            found, *later = (Outlook(one.chances.copy(), one.end, one.unknown) for one in outlooks(places))
            for one, outlook in zip(places, (found, *later), strict=True):
                self._kept.keep(one, outlook)
        return found

    def _ahead(self, place: Place, gone_on: int) -> Iterator[Place]:
        """Where a completion goes on from here: looked at together they cost half."""
        mixture, likely = self.turn.mixture, LIKELY[min(gone_on, len(LIKELY) - 1)]
        listed = mixture.replies.likeliest(place.done, place.depth, self.turn.weights, likely)
        for number in listed[:MOST_AHEAD]:
            if number == UNKNOWN:
                return
            place = self.after(place, mixture.vocabulary.words[number])
            yield place
        for _ in range(0 if likely or listed else MOST_GUESSED):
            guess = mixture.next_words.likeliest(place.history)
            if guess is None or guess in (UNKNOWN, END):
                return
            place = self.after(place, mixture.vocabulary.words[guess])
            yield place
