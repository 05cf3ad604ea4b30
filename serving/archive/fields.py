"""Where a JSON object or a row of a table keeps what an article consists of."""

import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from serving.archive.dates import as_date
from serving.archive.readers.common import as_item, submit
from serving.archive.readers.lines import decode
from serving.archive.record import Item, Unreadable
from serving.bodies.body import Block, read_block
from serving.bodies.markup import read_html
from serving.errors import ServingError

ALIASES: dict[str, tuple[str, ...]] = {
    "body": (
        "text",
        "body",
        "body_html",
        "content",
        "content.rendered",
        "content_html",
        "body_text",
        "body_content",
        "article_body",
        "article_text",
        "full_text",
        "maintext",
        "article",
        "story",
        "html",
    ),
    "title": ("headline", "title", "title.rendered", "heading", "head"),
    "id": ("id", "article_id", "guid", "uuid", "uri"),
    "url": ("url", "link", "web_url", "permalink", "canonical_url", "source_url"),
    "date": (
        "published",
        "date",
        "published_at",
        "date_published",
        "publish_date",
        "publication_date",
        "pub_date",
        "first_published",
        "version_created",
        "created_at",
        "timestamp",
        "year",
    ),
    "section": ("section", "section_name", "category", "categories", "desk"),
    "language": ("language", "lang", "in_language"),
    "format": ("body_format", "content_type", "format"),
}
"""Where each field is looked for, in this order, unless a file of fields says otherwise.

Capitals and punctuation make no difference: `published_at` is also `publishedAt`.
"""

_PUNCTUATION = re.compile(r"[^\w.]+|_+")
_MARKED = re.compile(r"<[a-zA-Z/]|&#?\w+;")
_NULL = object()


def read_fields(path: Path) -> dict[str, str]:
    """A file of fields: a TOML table `[fields]`, our name = "path.in.the.object".

    Raises ServingError, with the nearest known name where one is unknown.
    """
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ServingError(
            f"{path} cannot be read: {error}. Expected TOML in UTF-8. Correct it there."
        ) from None
    fields = said.pop("fields", {})
    for name in said:
        raise _unknown(path, name, ["fields"])
    if not isinstance(fields, dict):
        raise ServingError(
            f"{path}: fields is no table. Expected a line [fields], and below it lines such as "
            'body = "content.rendered". Write it so.'
        )
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
    body = _text(values, "body", fields, between="\n\n")
    if body is None:
        return Unreadable(position, f"it has no body: expected text in {where('body', fields)}")
    title = _text(values, "title", fields) or ""
    submission = submit(
        _block(body, _text(values, "format", fields) or ""),
        read_html(title).text if _MARKED.search(title) else title,
        id=_text(values, "id", fields),
        section=_text(values, "section", fields),
        language=_text(values, "language", fields),
    )
    dates = (as_date(value) for value in _found(values, "date", fields))
    return as_item(
        position,
        submission,
        url=_text(values, "url", fields),
        date=next((found for found in dates if found), None),
    )


def has_body(columns: Iterable[str], fields: Mapping[str, str]) -> bool:
    """Whether a table with these columns may have bodies."""
    return any(_keeps(column, "body", fields) for column in columns)


def wanted_columns(columns: Iterable[str], fields: Mapping[str, str]) -> list[str]:
    """Which columns of a table are looked at."""
    return [column for column in columns if any(_keeps(column, name, fields) for name in ALIASES)]


def where(name: str, fields: Mapping[str, str]) -> str:
    """Where a field is looked for, for people."""
    usual = ", ".join(ALIASES[name][:4])
    return fields.get(name) or f"{usual} or the like; a file of fields can say where it is"


def _block(body: str, kind: str) -> Block:
    """`kind` may be a media type; what it leaves open is seen from the tags."""
    kind = kind.lower()
    if "html" in kind:
        return Block(body, "html")
    return Block(body, "text") if kind in ("text", "text/plain") else read_block(body)


def _text(
    values: Mapping[str, Any], name: str, fields: Mapping[str, str], between: str | None = None
) -> str | None:
    """The first that is not blank, or else ''; None where there is no text at all.

    Of a list it is the first text, or all of them with something `between`.
    """
    found = [
        text
        for value in _found(values, name, fields)
        if (text := _as_text(value, between)) is not None
    ]
    return next((text for text in found if text.strip()), found[0] if found else None)


def _as_text(value: object, between: str | None) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return decode(value)
    if value is _NULL:
        return ""
    if isinstance(value, list):
        texts = [item for item in value if isinstance(item, str)]
        return between.join(texts) if between is not None else next(iter(texts), None)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(value) if math.isfinite(value) else ""


def _found(values: Mapping[str, Any], name: str, fields: Mapping[str, str]) -> Iterator[object]:
    """What lies at the places of a field, in their order; `_NULL` for a null."""
    if name in fields:
        places = [(values, fields[name])]
    else:
        plain: dict[str, Any] = {}
        for key, value in values.items():
            plain.setdefault(_plain(key), value)
        places = [(plain, _plain(path)) for path in ALIASES[name]]
    for start, path in places:
        with suppress(LookupError):
            value = _at(start, path)
            yield _NULL if value is None else value


def _at(value: object, path: str) -> object:
    """What lies at a dotted path; a key that holds the dots itself comes first.

    Numbers count the items of a list, from 0. Raises LookupError where there is nothing.
    """
    if isinstance(value, Mapping) and path in value:
        return _unwrapped(value[path])
    head, _, rest = path.partition(".")
    if isinstance(value, list) and head.isdecimal():
        found = value[int(head)]
    elif isinstance(value, Mapping) and rest:
        found = value[head]
    else:
        raise LookupError
    return _at(found, rest) if rest else _unwrapped(found)


def _unwrapped(value: object) -> object:
    """MongoDB exports {"$oid": …} and {"$date": {"$numberLong": …}} for what is no text."""
    while isinstance(value, Mapping) and len(value) == 1 and next(iter(value)).startswith("$"):
        (value,) = value.values()
    return value


def _keeps(column: str, name: str, fields: Mapping[str, str]) -> bool:
    """Whether a field may lie in this column, or somewhere in it."""
    if name in fields:
        return fields[name] == column or fields[name].startswith(f"{column}.")
    plain = _plain(column)
    return any(plain in (path, path.partition(".")[0]) for path in map(_plain, ALIASES[name]))


def _plain(key: str) -> str:
    return _PUNCTUATION.sub("", key).lower()


def _unknown(path: Path, name: str, known: list[str]) -> ServingError:
    near = get_close_matches(name, known, 1)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    return ServingError(
        f"{path}: {name!r} is unknown. Expected only: {', '.join(known)}.{meant} Correct it there."
    )
