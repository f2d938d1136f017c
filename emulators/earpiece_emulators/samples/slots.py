"""The values of one conversation: whoever mentions the order number mentions the same one."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from earpiece.domain.events import Participant
from earpiece_emulators.samples.invented import card_number, from_pattern, iban
from earpiece_emulators.samples.material import Material

_PLAIN = str.maketrans({"ø": "o", "ł": "l", "ß": "ss", "ı": "i", "æ": "ae", "đ": "d"})
_SLOT = re.compile(r"\{(\w+)\}")


class Slots:
    """Values are chosen when first asked for and kept. `{weekday_soon2}` is another of `{weekday_soon}`'s kind."""

    def __init__(
        self, material: Material, own: Mapping[str, Sequence[str]], customer: Participant, now: datetime, seed: str
    ) -> None:
        self._material, self._now = material, now
        self._numbers = random.Random(seed)  # noqa: S311
        self._sources = {**material.slots, **own}
        first, _, last = (customer.name or "").partition(" ")
        known = {"first": first, "last": last, "full": customer.name, "email": customer.email, "phone": customer.phone}
        self._values = {name: value for name, value in known.items() if value}

    def fill(self, text: str, **given: str) -> str:
        """The text with every slot filled; `given` goes before what the conversation holds."""
        return _SLOT.sub(lambda match: given.get(match[1]) or self._value(match[1]), text)

    def _value(self, name: str) -> str:
        if name not in self._values:
            kind = name.rstrip("0123456789")
            value = self._make(kind)
            while value in self._values.values() and name != kind:  # a second one must differ from the first
                value = self._make(kind)
            self._values[name] = value
        return self._values[name]

    def _make(self, kind: str) -> str:
        if kind in self._sources:
            return from_pattern(self._numbers.choice(self._sources[kind]), self._numbers)
        return _MAKERS[kind](self)

    def _iban(self) -> str:
        bank = self._material.facts["bank"]
        return iban(bank["country"], bank["code"], bank["digits"], self._numbers)

    def _card(self) -> str:
        return card_number(self._numbers)

    def _day(self, low: int, high: int) -> datetime:
        return self._now + timedelta(days=self._numbers.randint(low, high))

    def _date(self, low: int, high: int, formats: str = "date_formats") -> str:
        day = self._day(low, high)
        pattern = self._numbers.choice(self._material.facts[formats])
        return str(pattern).format(day=day.day, number=day.month, month=self._month(day), year=day.year)

    def _month(self, day: datetime) -> str:
        return str(self._material.facts["months"][day.month - 1])

    def _weekday(self, low: int, high: int) -> str:
        return str(self._material.facts["weekdays"][self._day(low, high).weekday()])


_MAKERS: Mapping[str, Callable[[Slots], str]] = {
    "iban": Slots._iban,
    "card": Slots._card,
    "dob": lambda slots: slots._date(-25_000, -8_000, "birth_formats"),
    "date_past": lambda slots: slots._date(-24, -2),
    "date_soon": lambda slots: slots._date(2, 16),
    "weekday_past": lambda slots: slots._weekday(-6, -1),
    "weekday_soon": lambda slots: slots._weekday(1, 6),
    "month_past": lambda slots: slots._month(slots._day(-40, -15)),
    "month_soon": lambda slots: slots._month(slots._day(15, 40)),
}


def email_of(name: str, domain: str) -> str:
    """An address made of a name: letters without marks, a dot between the words."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_PLAIN))
    words = ["".join(letter for letter in word if letter.isascii() and letter.isalpha()) for word in plain.split()]
    return f"{'.'.join(word for word in words if word)}@{domain}"
