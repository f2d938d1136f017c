"""What an agent has typed against what could be meant: case, Unicode forms, and one slip of the finger.

Rules as in Google's Smart Compose best practices: available if and only if the typed text is a proper beginning.
"""

from __future__ import annotations

import unicodedata

MIN_TYPO_LENGTH = 5
_FOLD = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})


def fold(text: str) -> str:
    """For comparing only: no accents, no case, plain quotes. One character of the result an original one, or none."""
    if text.isascii():
        return text.lower()
    return "".join(_fold_one(character) for character in unicodedata.normalize("NFC", text))


def rest_after(typed: str, text: str) -> str | None:
    """What of `text` is still to be typed after `typed`, or None when `typed` is no proper beginning of it."""
    wanted = fold(typed.lstrip())
    if not wanted:
        return text
    done = ""
    composed = unicodedata.normalize("NFC", text)
    for place, character in enumerate(composed):
        folded = _fold_one(character)
        if done == wanted and folded:  # a mark that folds to nothing belongs to what was typed
            return composed[place:]
        done += folded
        if not wanted.startswith(done):
            return None
    return None


def is_near_beginning(typed: str, folded: str) -> bool:
    """Whether `typed` (folded, 5 characters or more) begins the folded text but for one slip.

    A slip is one letter too many, missing or wrong, or two swapped.
    """
    if len(typed) < MIN_TYPO_LENGTH:
        return False
    half = len(typed) // 2
    # One slip leaves the first half as it is, or what comes after the letter behind it, at its place or one beside.
    if not folded.startswith(typed[:half]) and typed[half + 1 :] not in folded[half : len(typed) + 1]:
        return False
    at = next((place for place, pair in enumerate(zip(typed, folded, strict=False)) if pair[0] != pair[1]), None)
    if at is None:
        return len(typed) <= len(folded)
    return (
        folded.startswith(typed[at + 1 :], at)  # one too many
        or folded.startswith(typed[at:], at + 1)  # one missing
        or folded.startswith(typed[at + 1 :], at + 1)  # one wrong
        or (folded[at : at + 2] == typed[at : at + 2][::-1] and folded.startswith(typed[at + 2 :], at + 2))
    )


def _fold_one(character: str) -> str:
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", character.translate(_FOLD)) if not unicodedata.combining(c)
    )
    return plain.casefold()
