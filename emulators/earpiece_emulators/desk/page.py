"""The page and its policy: it loads its own files and the widget, and calls its own backend and the widget's APIs."""

from __future__ import annotations

from html import escape
from importlib.resources import files

from earpiece_emulators.desk.surroundings import Surroundings

_CALLED = ("conversation_api", "suggestion_api")


def page_html(surroundings: Surroundings) -> str:
    """The page as it is served: the one thing that differs is where the widget's loader is."""
    page = files("earpiece_emulators.desk").joinpath("static", "desk.html").read_text(encoding="utf-8")
    widget = surroundings.address_if_any("widget")
    script = f'<script src="{escape(widget)}/v1/loader.js" async></script>' if widget else ""
    return page.replace("<!-- loader -->", script)


def policy(surroundings: Surroundings) -> str:
    """A content security policy as strict as a company's own desk may have it."""
    widget = surroundings.address_if_any("widget") or ""
    called = " ".join(filter(None, map(surroundings.address_if_any, _CALLED)))
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' {widget}".strip(),
            "style-src 'self'",
            "img-src 'self'",
            f"connect-src 'self' {called}".strip(),
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types lit-html",
        ]
    )
