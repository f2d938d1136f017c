"""The grams of a text: stored models know them by their hashes, so these must never change."""

from __future__ import annotations

import zlib
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from earpiece.engine.features import MOST_WORDS, grams, words

SURROGATES_TOO = st.text(st.characters(exclude_categories=()), max_size=80)


def crc(gram: str) -> int:
    return zlib.crc32(gram.encode("utf-8", "surrogatepass"))


@given(SURROGATES_TOO | st.lists(st.sampled_from(["order", "a", "ünï", "12", "?", "don't"])).map(" ".join))
def test_grams_are_hashes_of_words_then_pairs_then_runs_of_letters(text: str):
    plain = words("".join("0" if sign.isdecimal() else sign for sign in text))
    edged = [f"<{word}>" for word in plain if len(word) >= 4]

    assert grams(text) == (
        *(crc(f"w{word}") for word in plain),
        *(crc(f"b{one} {other}") for one, other in pairwise(plain)),
        *(crc(f"c{word[start : start + 4]}") for word in edged for start in range(len(word) - 3)),
    )


def test_of_a_long_text_only_the_first_words_are_read():
    begun = "where is my parcel " * 15

    assert len(words(begun)) == MOST_WORDS
    assert grams(begun + "and my refund " * 2_000) == grams(begun)
