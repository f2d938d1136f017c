"""A key or another hexadecimal text with its last character mistyped."""


def mistyped(text: str) -> str:
    """Return `text` with another last character, whatever it ends in."""
    return text[:-1] + ("0" if text[-1] != "0" else "1")
