"""Postcodes: Dutch, British, Irish and Polish ones by shape. Those of digits only are `numeric_postcodes`' business."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from earpiece.privacy.numbers import matches_at
from earpiece.privacy.numeric_postcodes import (
    NEAR_STREET,
    Ends,
    is_asked,
    is_beside_city,
    is_reference,
    is_told,
    numeric_postcodes,
)
from earpiece.privacy.place_words import BRITISH_AREAS, NOT_POSTCODE_LETTERS, UNITS
from earpiece.privacy.reading import Reading
from earpiece.privacy.spans import Label, Span
from earpiece.privacy.words import MONTH

# Not ASCII: in "2026 geändert" a word goes on after "ge".
_DUTCH = re.compile(
    r"(?<![\w.,/#€$£-])(?<![€$£] )(?:(?<!\w)nl-)?[1-9][0-9]{3} {0,2}([a-z]{2})(?!\w|-(?!\d{1,3}(?!\w)))"
)
# Royal Mail: no C, I, K, M, O, V in the last two letters. "S24 5GB" alone is a telephone
# with its memory.
_BRITISH = re.compile(r"(?<![\w/#-])([a-z]{1,2})[0-9][0-9a-z]? {0,2}[0-9]([abd-hjlnp-uw-z]{2})(?![\w-])")
# An Post: a routing key that exists, and four signs of these letters and digits.
_IRISH = re.compile(
    r"[ac-fhknprtv-y](?<![\w/#-].)(?:(?<=a)(?:4[125]|63|67|75|8[1-6]|9[124-68])|(?<=c)15|(?<=d)(?:0[1-9]|1[0-8]|2[024]|6w)"
    r"|(?<=e)(?:21|25|32|34|41|45|53|91)|(?<=f)(?:12|23|26|28|31|35|42|45|52|56|9[1-4])"
    r"|(?<=h)(?:1[2468]|23|5[34]|62|65|71|91)|(?<=k)(?:3[2346]|45|56|67|78)|(?<=n)(?:37|39|41|91)"
    r"|(?<=p)(?:12|14|17|24|25|31|32|36|43|47|51|56|61|67|72|75|81|85)|(?<=r)(?:14|21|32|35|42|45|51|56|93|95)"
    r"|(?<=t)(?:12|23|34|45|56)|(?<=v)(?:14|15|23|31|35|42|9[2-5])|(?<=w)(?:12|23|34|91)|(?<=x)(?:35|42|91)"
    r"|(?<=y)(?:14|21|25|34|35))"
    r" ?(?=[a-z\d]{0,3}[a-z])[0-9a-z]{4}(?![\w-])"
)
_NOT_IRISH = re.compile("[bgijlmoqsuz]")  # letters that no Eircode's last four signs hold, but for a slip
# Canada Post: no D, F, I, O, Q, U, and no W or Z at first.
_CANADIAN = re.compile(r"(?<![\w/#-])[abceghj-nprstvxy]\d[abceghj-nprstv-z] ?\d[abceghj-nprstv-z]\d(?![\w-])")
_HOUSE_NUMBER = re.compile(r",? (?:nr\.?|nummer|huisnummer) \d{1,3} ?[a-z]?(?!\w)")
_POLISH = re.compile(r"(?<![\w.,/-])\d{2}-\d{3} (?=[A-Z\u00c0-\u017d][^\W\d_]{2})")
_SIZES = frozenset(("mb", "gb", "kb", "tb", "kg", "km", "cm", "mm", "ml", "px", "kw", "hz", "va", "mg"))
_MONTH_BEFORE = re.compile(rf"(?:(?<!\w){MONTH}\.?|(?<!\d)\d{{1,2}}[./-]) ?$")


def postcodes(reading: Reading, streets: Sequence[Span]) -> Iterator[Span]:
    """`streets` are the addresses found in the text."""
    ends = {end + step: step for end in (street.end for street in streets) for step in range(NEAR_STREET, -1, -1)}
    for match in matches_at(_DUTCH, reading.lower, reading.numbers.of_size(4), 3, 0):
        if match.start() in ends or _is_dutch(reading, match):
            yield Span(match.start(), match.end(), Label.POSTCODE)
    after_letter = [start for start in reading.numbers.starts if reading.lower[start - 1 : start].isalpha()]
    for match in matches_at(_BRITISH, reading.lower, after_letter, 2, 1):
        if _is_british(reading, match, ends):
            yield Span(match.start(), match.end(), Label.POSTCODE)
    for match in matches_at(_IRISH, reading.lower, after_letter, 1):
        is_mixed = any(map(str.isdecimal, match.group()[-4:])) or reading.text[match.start() : match.end()].isupper()
        is_placed = match.start() in ends or is_told(reading, match)
        is_proven = not _NOT_IRISH.search(match.group()[-4:]) or is_beside_city(reading, match)
        is_mixed = is_mixed and (" " in match.group() or any(map(str.isdecimal, match.group()[-4:])))
        if is_placed or (is_mixed and is_proven and not _is_counted(reading, match)):
            yield Span(match.start(), match.end(), Label.POSTCODE)
    for match in matches_at(_CANADIAN, reading.lower, after_letter, 1):
        if " " in match.group() or match.start() in ends or not is_reference(reading, match):
            yield Span(match.start(), match.end(), Label.POSTCODE)
    for match in matches_at(_POLISH, reading.text, reading.numbers.of_size(2)):
        yield Span(match.start(), match.end() - 1, Label.POSTCODE)
    yield from numeric_postcodes(reading, streets, ends)


def _is_british(reading: Reading, match: re.Match[str], ends: Ends) -> bool:
    is_placed = match.start() in ends or is_told(reading, match) or is_beside_city(reading, match)
    is_memory = match.group(2) in ("gb", "tb") and not is_placed and not is_asked(reading, match)
    return match.group(1) in BRITISH_AREAS and not is_memory and (is_placed or not _is_counted(reading, match))


def _is_counted(reading: Reading, match: re.Match[str]) -> bool:
    """Whether it is an order's: "meter at 12 Kelham SA1 5GA" has another number since the meter."""
    if " " in match.group() and not reading.is_reference(match.start()):
        return False
    return is_reference(reading, match)


def _is_line(text: str, match: re.Match[str]) -> bool:
    """Whether a line holds nothing else: it answers a question."""
    return text[match.start() - 1 : match.start()] in ("", "\n") and text[match.end() : match.end() + 1] in (
        "",
        "\n",
        ".",
    )


def _is_dutch(reading: Reading, match: re.Match[str]) -> bool:
    if is_told(reading, match) or match.group().startswith("nl-"):
        return True
    if _MONTH_BEFORE.search(reading.lower, max(0, match.start() - 12), match.start()):
        return False  # "8 mei 1966 te Assen"
    if is_beside_city(reading, match):
        return True
    if is_reference(reading, match):
        return False
    letters = reading.text[match.start(1) : match.end(1)]
    is_answer = letters.isupper() and match.group(1) not in _SIZES and _is_line(reading.text, match)
    if is_answer or is_asked(reading, match):
        return True
    if _HOUSE_NUMBER.match(reading.lower, match.end()):
        return True
    # "2749 om" may be a word and "2749KB" a size, but nobody glues a word to a number, or writes it in capitals.
    is_no_word = reading.text[match.start(1) - 1] != " " or (letters.isupper() and not reading.is_shouted)
    return match.group(1) not in (UNITS if is_no_word else NOT_POSTCODE_LETTERS)
