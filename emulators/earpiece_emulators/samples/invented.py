"""Values that belong to nobody, made so that they pass for real: the check digits are right."""

from __future__ import annotations

import random
import re
import string

_LETTERS = "ABDEFGHJKLNPRSTVWXZ"  # those that a post office uses and nobody misreads


def from_pattern(pattern: str, numbers: random.Random) -> str:
    """The pattern with a digit for each `#` and a capital letter for each `@`."""
    filled = re.sub("#", lambda _: str(numbers.randrange(10)), pattern)
    return re.sub("@", lambda _: numbers.choice(_LETTERS), filled)


def iban(country: str, bank: str, digit_count: int, numbers: random.Random) -> str:
    """An IBAN of an invented bank, in groups of four (ISO 13616: check digits by ISO 7064, mod 97)."""
    account = bank + "".join(numbers.choices(string.digits, k=digit_count))
    check = 98 - _mod_97(f"{account}{country}00")
    return " ".join(re.findall(".{1,4}", f"{country}{check:02}{account}"))


def card_number(numbers: random.Random) -> str:
    """A 16-digit card number in the range kept for tests (411111), right by Luhn."""
    body = "411111" + "".join(numbers.choices(string.digits, k=9))
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(body)]
    check = -sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10
    return " ".join(re.findall(".{4}", f"{body}{check}"))


def _mod_97(text: str) -> int:
    return int("".join(str(int(character, 36)) for character in text)) % 97
