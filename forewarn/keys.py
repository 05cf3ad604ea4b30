"""`forewarn keys`: who may call the API."""

import argparse
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from forewarn.options import actor

if TYPE_CHECKING:
    from serving.store.keys import Issued, Key
    from serving.store.store import Store

SCOPES = (
    "classify",
    "decide",
    "read",
    "reader",
    "editor",
    "admin",
)  # as serving.store.secret spells them


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own verbs and their options."""
    verbs = parser.add_subparsers(dest="keys_verb", required=True, metavar="VERB")
    create = verbs.add_parser("create", help="make a key and print it, once")
    create.add_argument("name", help="who it is for, such as 'WordPress, production'")
    create.add_argument(
        "--scope",
        action="append",
        choices=SCOPES,
        help="what it is for; may be given several times (default: classify and decide)",
    )
    create.add_argument("--days", type=int, help="days until it expires (default: never)")
    verbs.add_parser("list", help="show all keys, without their secrets")
    revoke = verbs.add_parser("revoke", help="end a key for good")
    rotate = verbs.add_parser("rotate", help="give a key a new secret and print it, once")
    for verb in (revoke, rotate):
        verb.add_argument("id", help="the key's id, as `forewarn keys list` shows it")
    rotate.add_argument(
        "--grace",
        type=float,
        default=0.0,
        metavar="HOURS",
        help="hours for which the secret before holds too (default: 0)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Do it in the database that the settings name, and print what has come of it."""
    from serving.settings import read_settings
    from serving.store.store import open_store

    store = open_store(read_settings().database)
    try:
        _VERBS[arguments.keys_verb](store, arguments)
    finally:
        store.close()
    return 0


def _create(store: "Store", arguments: argparse.Namespace) -> None:
    scopes = arguments.scope or ["classify", "decide"]
    days = arguments.days
    expires = None if days is None else datetime.now(UTC) + timedelta(days=days)
    _print_issued(store.keys.create(arguments.name, scopes, actor(), expires))


def _list(store: "Store", arguments: argparse.Namespace) -> None:
    now = datetime.now(UTC)
    for key in store.keys.all():
        scopes = ",".join(sorted(key.scopes))
        print("\t".join((key.id, _state(key, now), scopes, _day(key.last_used_at), key.name)))


def _revoke(store: "Store", arguments: argparse.Namespace) -> None:
    key = store.keys.revoke(arguments.id, actor())
    print(f"{key.id} is revoked. Servers refuse it within two seconds.")


def _rotate(store: "Store", arguments: argparse.Namespace) -> None:
    grace = timedelta(hours=arguments.grace)
    _print_issued(store.keys.rotate(arguments.id, actor(), grace))


_VERBS = {"create": _create, "list": _list, "revoke": _revoke, "rotate": _rotate}


def _print_issued(issued: "Issued") -> None:
    print(f"{issued.secret}\n\nThis is shown once; keep it where secrets are kept.")
    if issued.key.previous_until:
        print(f"The secret before holds until {issued.key.previous_until:%Y-%m-%d %H:%M} UTC.")


def _state(key: "Key", now: datetime) -> str:
    if key.revoked_at:
        return f"revoked {_day(key.revoked_at)}"
    if key.expires_at is None:
        return "in use"
    return f"{'until' if key.usable(now) else 'expired'} {_day(key.expires_at)}"


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "never"
