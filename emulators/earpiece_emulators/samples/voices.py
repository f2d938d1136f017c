"""How a person writes. A voice changes the way in which a text is typed, never what it says."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from earpiece_emulators.samples.material import AgentCard, Material
from earpiece_emulators.samples.wording import mistype

# Share of the customers that write so; a customer may have several of these traits.
TRAITS = {"lowercase": 0.3, "bare": 0.3, "typos": 0.35, "smileys": 0.2, "loud": 0.07}
_TYPO_SHARE, _SMILEY_SHARE, _OPENER_SHARE = 0.3, 0.3, 0.35


@dataclass(frozen=True, slots=True)
class Voice:
    """`smileys` and `openers` are what this person puts after and before a text, now and then."""

    traits: frozenset[str]
    smileys: Sequence[str]
    openers: Sequence[str] = ()
    openers_before: tuple[str, ...] = ()
    initials: str = ""


def customer_voice(material: Material, numbers: random.Random) -> Voice:
    """A voice for a customer."""
    traits = frozenset(trait for trait, share in TRAITS.items() if numbers.random() < share)
    return Voice(traits, material.phrases["customer_smileys"])


def agent_voice(material: Material, card: AgentCard) -> Voice:
    """The agent's own voice, the same in every conversation."""
    initials = "".join(word[0] for word in card.name.split())
    phrases = material.phrases
    before = tuple(phrases["openers_before"])
    return Voice(card.habits, phrases["agent_smileys"], phrases["agent_openers"], before, initials)


def type_out(text: str, voice: Voice, numbers: random.Random) -> str:
    """The text as this person types it."""
    for trait, change in _CHANGES.items():
        if trait in voice.traits and text:
            text = change(text, voice, numbers)
    return text


def _opened(text: str, voice: Voice, numbers: random.Random) -> str:
    # "Of course. I'm sorry to hear that" is what nobody says.
    if not text.startswith(voice.openers_before) or numbers.random() > _OPENER_SHARE:
        return text
    return f"{numbers.choice(voice.openers)} {text}"


def _lowercase(text: str, _voice: Voice, _numbers: random.Random) -> str:
    first, _, rest = text.partition(" ")
    return text if first[1:2].isupper() or "://" in first else f"{first.lower()} {rest}".strip()


def _bare(text: str, _voice: Voice, _numbers: random.Random) -> str:
    return text[:-1] if text.endswith(".") else text


def _loud(text: str, _voice: Voice, numbers: random.Random) -> str:
    return text[:-1] + "!" * numbers.randint(1, 3) if text.endswith((".", "!")) else text


def _exclaims(text: str, _voice: Voice, numbers: random.Random) -> str:
    return text[:-1] + "!" if text.endswith(".") and numbers.random() < 0.4 else text


def _smiley(text: str, voice: Voice, numbers: random.Random) -> str:
    return f"{text} {numbers.choice(voice.smileys)}" if numbers.random() < _SMILEY_SHARE else text


def _signed(text: str, voice: Voice, _numbers: random.Random) -> str:
    return f"{text} ^{voice.initials}"


def _mistyped(text: str, _voice: Voice, numbers: random.Random) -> str:
    return mistype(text, numbers) if numbers.random() < _TYPO_SHARE else text


_CHANGES: Mapping[str, Callable[[str, Voice, random.Random], str]] = {
    "opens": _opened,
    "typos": _mistyped,
    "lowercase": _lowercase,
    "bare": _bare,
    "loud": _loud,
    "exclaims": _exclaims,
    "smileys": _smiley,
    "signs": _signed,
}
