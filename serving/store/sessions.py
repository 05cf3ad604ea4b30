"""Who is signed in at the desk, what they have chosen, and how much that is hard they have read."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import delete, func, select

from serving.store.database import Database
from serving.store.tables import PersonRow, SessionRow, ViewRow

Way = Literal["local", "key", "proxy"]
LASTS = timedelta(hours=12)  # a long shift
_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in. `person` is the id of their key, or what the proxy calls them."""

    way: Way
    person: str
    name: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person has chosen: passages shown at once, and keys that act without a modifier."""

    unfolded: bool = False
    shortcuts: bool = True


class Sessions:
    """Sessions of the desk; whoever reads the database finds no token that would let them in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, way: Way, person: str, name: str) -> str:
        """Sign somebody in; return the token for their cookie. Raises StoreError."""
        token, now = new_token(), datetime.now(UTC)
        with self._database.writing() as session:
            session.execute(delete(SessionRow).where(SessionRow.ends_at <= now))
            row = SessionRow(digest=_digest(token), way=way, person=person, name=name)
            row.ends_at = now + LASTS
            session.add(row)
        return token

    def find(self, token: str) -> Session | None:
        """Whose token it is; None where it is unknown or its time is over. Raises StoreError."""
        with self._database.reading() as session:
            row = session.get(SessionRow, _digest(token))
            if row is None or row.ends_at <= datetime.now(UTC):
                return None
            return Session(row.way, row.person, row.name, row.ends_at)  # type: ignore[arg-type]

    def end(self, token: str) -> None:
        """Sign somebody out."""
        with self._database.writing() as session:
            session.execute(delete(SessionRow).where(SessionRow.digest == _digest(token)))

    def choices(self, person: str) -> Choices:
        """What a person has chosen, or what holds for whoever has not."""
        with self._database.reading() as session:
            row = session.get(PersonRow, person)
            return Choices(row.unfolded, row.shortcuts) if row else Choices()

    def choose(self, person: str, choices: Choices) -> None:
        """Keep what a person has chosen."""
        with self._database.writing() as session:
            row = session.get(PersonRow, person) or PersonRow(person=person)
            row.unfolded, row.shortcuts = choices.unfolded, choices.shortcuts
            session.add(row)

    def note_hard(self, person: str, item_id: int) -> None:
        """Keep that somebody has opened an article of severity 3 today, once."""
        today = datetime.now(UTC).date()
        with self._database.writing() as session:
            if session.get(ViewRow, (person, today, item_id)) is None:
                session.add(ViewRow(person=person, day=today, item_id=item_id))

    def hard_today(self, person: str) -> int:
        """How many of them they have opened today (UTC)."""
        query = select(func.count()).select_from(ViewRow)
        query = query.where(ViewRow.person == person, ViewRow.day == datetime.now(UTC).date())
        with self._database.reading() as session:
            return session.scalars(query).one()


def new_token() -> str:
    """A token that nobody guesses."""
    return secrets.token_urlsafe(_BYTES)


def form_token(token: str) -> str:
    """What the forms of a session carry: only a page that this server sent knows it."""
    return hmac.new(b"form", token.encode("utf-8", "replace"), "sha256").hexdigest()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
