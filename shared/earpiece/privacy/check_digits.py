"""Check digits: what tells a number that means a person from one that counts parcels. All take ASCII digits."""

from __future__ import annotations

from collections import Counter

# ISO 13616 registry: country and length of its IBAN.
_REGISTRY = """
    AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24
    FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32
    LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24
    SC31 SE24 SI19 SK24 SM27 TN24 TR26 UA29 VA22 VG24 XK20
"""
IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _REGISTRY.split()}


def is_luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, Annex B: bank cards."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (doubled + sum(map(int, digits[-1::-2]))) % 10 == 0


def is_iban(value: str) -> bool:
    """ISO 7064 mod 97-10 over country, check digits and account; `value` is upper case without separators."""
    if IBAN_LENGTHS.get(value[:2]) != len(value):
        return False
    return int("".join(str(int(char, 36)) for char in value[4:] + value[:4])) % 97 == 1


def is_bsn(digits: str) -> bool:
    """The Dutch eleven test: weights 9 down to 2, and -1 for the last digit."""
    if len(digits) != 9 or digits.startswith("000"):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True))
    return total % 11 == 0


def is_steuer_id(digits: str) -> bool:
    """The German tax id: one digit of the first ten comes twice or three times, and ISO 7064 mod 11,10."""
    if len(digits) != 11 or digits[0] == "0":
        return False
    repeats = [count for count in Counter(digits[:10]).values() if count > 1]
    if len(repeats) != 1 or repeats[0] > 3:
        return False
    product = 10
    for digit in digits[:10]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(digits[10])


def is_rijksregisternummer(digits: str) -> bool:
    """The Belgian national number: a birth date, a counter and 97 minus the rest mod 97 (a 2 before it from 2000)."""
    if len(digits) != 11 or int(digits[2:4]) > 12 or int(digits[4:6]) > 31:
        return False
    body, check = digits[:9], int(digits[9:])
    return any(97 - int(century + body) % 97 == check for century in ("", "2"))


def is_ahv(digits: str) -> bool:
    """The Swiss social insurance number: a GS1 number of 13 digits that begins with the country, 756."""
    if len(digits) != 13 or not digits.startswith("756"):
        return False
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0


def is_svnr(digits: str) -> bool:
    """The Austrian social insurance number: a counter, a digit mod 11, and a birth date as day, month, year."""
    if len(digits) != 10 or digits[0] == "0" or not 1 <= int(digits[4:6]) <= 31 or not 1 <= int(digits[6:8]) <= 15:
        return False
    body = digits[:3] + digits[4:]
    return sum(
        int(digit) * weight for digit, weight in zip(body, (3, 7, 9, 5, 8, 4, 2, 1, 6), strict=True)
    ) % 11 == int(digits[3])


def is_pps(value: str) -> bool:
    """The Irish personal public service number: weights 8 down to 2, 9 for a second letter, mod 23; lower case."""
    total = sum(int(digit) * weight for digit, weight in zip(value[:7], range(8, 1, -1), strict=True))
    if value[8:] and value[8] != "w":
        total += 9 * (ord(value[8]) - ord("a") + 1)
    return "wabcdefghijklmnopqrstuv"[total % 23] == value[7]


def is_rvnr(value: str) -> bool:
    """The German pension insurance number: area, birth date, a letter as two digits, series and check; lower case."""
    if not 1 <= int(value[4:6]) <= 12:
        return False
    letter = f"{ord(value[8]) - ord('a') + 1:02}"
    body = value[:8] + letter + value[9:11]
    weights = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
    sums = (sum(divmod(int(digit) * weight, 10)) for digit, weight in zip(body, weights, strict=True))
    return sum(sums) % 10 == int(value[11])


def is_ssn(digits: str) -> bool:
    """A US social security number has no check digit, only numbers that were never given out."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return len(digits) == 9 and area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"
