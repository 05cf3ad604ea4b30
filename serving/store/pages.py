"""Reading on from where one stopped: rows in the order of their ids, and opaque cursors."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.store.errors import CursorError
from serving.store.tables import Entry

MOST = 1_000  # rows of a page
Item = TypeVar("Item")
Row = TypeVar("Row", bound=Entry)


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items in stable order.

    `cursor` leads to what comes after them, also to what is not there yet; it is null where nothing
    has been read so far. `more` tells whether more is there already.
    """

    items: list[Item]
    cursor: str | None
    more: bool


@dataclass(frozen=True, slots=True)
class Period:
    """From `since`, included, until `until`, excluded, by the clock of the server; None: no end."""

    since: datetime | None = None
    until: datetime | None = None


ALWAYS = Period()


def read_rows(
    session: Session, table: type[Row], after: str | None, limit: int, period: Period
) -> tuple[Sequence[Row], str | None, bool]:
    """At most `limit` rows after a cursor, the cursor to go on with, and whether there are more.

    Raises CursorError.
    """
    limit = max(1, min(limit, MOST))
    query = select(table).order_by(table.id).limit(limit + 1)
    if after is not None:
        query = query.where(table.id > _read_cursor(table, after))
    if period.since is not None:
        query = query.where(table.at >= period.since)
    if period.until is not None:
        query = query.where(table.at < period.until)
    rows = session.scalars(query).all()
    shown = rows[:limit]
    return shown, _cursor(table, shown[-1].id) if shown else after, len(rows) > limit


def _cursor(table: type[Entry], number: int) -> str:
    return urlsafe_b64encode(f"{table.__tablename__}:{number}".encode()).decode().rstrip("=")


def _read_cursor(table: type[Entry], cursor: str) -> int:
    try:
        spelt = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        name, _, digits = spelt.partition(":")
        number = int(digits)
        if (
            name == table.__tablename__
            and 0 < number < 1 << 63
            and _cursor(table, number) == cursor
        ):
            return number
    except ValueError:
        pass
    raise CursorError(
        f"This cursor does not belong to {table.__tablename__}. Expected one that came with a page "
        "of them, unaltered. Got another text. Start without a cursor."
    )
