"""Where a JSON object or a row of a table keeps what an article consists of."""

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from serving.archive.readers.common import as_item, submit
from serving.archive.record import Item, Unreadable
from serving.bodies.body import Block, read_block
from serving.errors import ServingError

ALIASES: dict[str, tuple[str, ...]] = {
    "body": (
        "body",
        "text",
        "body_text",
        "body_html",
        "content",
        "content.rendered",
        "articleBody",
    ),
    "title": ("title", "headline", "title.rendered", "name"),
    "id": ("id", "guid", "uri", "article_id", "_id"),
    "url": ("url", "link", "permalink", "canonical_url", "webUrl"),
    "date": ("date", "published", "published_at", "pub_date", "date_gmt", "datePublished"),
    "section": ("section", "category", "sectionName", "desk"),
    "language": ("language", "lang", "inLanguage"),
    "format": ("body_format", "format"),
}
"""Where each field is looked for, in this order, unless a file of fields says otherwise."""


def read_fields(path: Path) -> dict[str, str]:
    """A file of fields: a TOML table `[fields]`, our name = "path.in.the.object".

    Raises ServingError, with the nearest known name where one is unknown.
    """
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ServingError(
            f"{path} cannot be read: {error}. Expected TOML in UTF-8. Correct it there."
        ) from None
    fields = said.pop("fields", {})
    for name in said:
        raise _unknown(path, name, ["fields"])
    for name, place in fields.items():
        if name not in ALIASES:
            raise _unknown(path, name, list(ALIASES))
        if not isinstance(place, str) or not place:
            raise ServingError(
                f"{path}: {name} is no text. Expected where the field is, such as "
                '"content.rendered". Put it in quotation marks.'
            )
    return dict(fields)


def item_of(values: Mapping[str, Any], position: str, fields: Mapping[str, str]) -> Item:
    """An article from plain values, which may be nested."""
    found = {name: _find(values, name, fields) for name in ALIASES}
    body = found["body"]
    if body is None:
        wanted = fields.get("body") or ", ".join(ALIASES["body"])
        return Unreadable(position, f"it has no body: expected text in {wanted}")
    kind = found["format"] if found["format"] in ("html", "text") else None
    submission = submit(
        Block(body, kind) if kind else read_block(body),  # type: ignore[arg-type]
        found["title"] or "",
        id=found["id"],
        section=found["section"],
        language=found["language"],
    )
    return as_item(position, submission, url=found["url"], date=found["date"])


def _find(values: Mapping[str, Any], name: str, fields: Mapping[str, str]) -> str | None:
    """A field as text; numbers are written out, other kinds are no text."""
    for path in (fields[name],) if name in fields else ALIASES[name]:
        found = _at(values, path)
        if isinstance(found, str):
            return found
        if isinstance(found, int | float) and not isinstance(found, bool):
            return str(found)
        if found is not None and hasattr(found, "isoformat"):
            return str(found.isoformat())
    return None


def _at(values: Mapping[str, Any], path: str) -> Any:
    """What lies at a dotted path; a key that holds the dots itself comes first."""
    if path in values:
        return values[path]
    at: Any = values
    for key in path.split("."):
        if not isinstance(at, Mapping):
            return None
        at = at.get(key)
    return at


def _unknown(path: Path, name: str, known: list[str]) -> ServingError:
    near = get_close_matches(name, known, 1)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    return ServingError(
        f"{path}: {name!r} is unknown. Expected only: {', '.join(known)}.{meant} Correct it there."
    )
