"""`earpiece articles`: what an account wrote, for assistants that answer from it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from earpiece.cli.printing import print_rows, with_format
from earpiece.cli.staff import staff_stores
from earpiece.domain.articles import Article, article_id_of
from earpiece.domain.errors import InvalidInput

LONGEST_PART = 2_500  # characters: a few of them fit beside a conversation
_SUFFIXES = (".md", ".txt", ".jsonl")
_account_option = click.option("--account", "account_id", required=True, help="The account's id.")


@click.group()
def articles() -> None:
    """The articles of an account."""


@articles.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@_account_option
@click.option("--replace", "is_replacing", is_flag=True, help="Remove the articles that are in none of these files.")
def import_articles(paths: tuple[Path, ...], account_id: str, is_replacing: bool) -> None:
    """Import Markdown, text, or JSONL ({"title", "text", "url"?, "language"?}) from files and folders."""
    stores = staff_stores()
    kept = stores.articles(stores.account(account_id))
    found = [article for file in _files(paths) for article in read_articles(file)]
    kept.put(found)
    known = {article.article_id for article in found}
    gone = [one.article_id for one in kept.all() if one.article_id not in known] if is_replacing else []
    kept.remove(gone)
    click.echo(f"{len(found)} articles imported, {len(gone)} removed", err=True)


@articles.command("list")
@_account_option
@with_format
def list_articles(account_id: str, form: str) -> None:
    """List the articles."""
    stores = staff_stores()
    rows = [
        {"article_id": one.article_id, "title": one.title, "url": one.url, "characters": len(one.text)}
        for one in stores.articles(stores.account(account_id)).all()
    ]
    print_rows(rows, ("article_id", "title", "url", "characters"), form)


def read_articles(file: Path) -> Iterator[Article]:
    """The file's articles, long ones in parts. Raises InvalidInput."""
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file.name} is not UTF-8") from error
    if file.suffix == ".jsonl":
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                yield from _listed(line, f"{file.name}:{number}")
        return
    heading = re.search(r"^#\s+(.+)$", text, re.MULTILINE)
    yield from _parts(heading[1].strip() if heading else file.stem, text, file.name)


def _listed(line: str, name: str) -> Iterator[Article]:
    try:
        body: dict[str, Any] = json.loads(line)
        title, text = str(body["title"]), str(body["text"])
        url, language = str(body.get("url", "")), str(body.get("language", ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(f"{name} holds no article: an object with title and text") from error
    yield from _parts(title, text, url or title, url, language)


def _parts(title: str, text: str, name: str, url: str = "", language: str = "") -> Iterator[Article]:
    parts = [""]
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        if parts[-1] and len(parts[-1]) + len(paragraph) > LONGEST_PART:
            parts.append("")
        parts[-1] = f"{parts[-1]}\n\n{paragraph}".strip()
    for number, part in enumerate(parts):
        if part:
            yield Article(article_id_of(name, number), title, part, url, language)


def _files(paths: tuple[Path, ...]) -> list[Path]:
    found = [file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    return [file for file in found if file.is_file() and file.suffix in _SUFFIXES]


commands = {"articles": articles}
