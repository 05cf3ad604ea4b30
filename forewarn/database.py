"""`forewarn database`: the tables behind keys and decisions."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serving.store.database import Database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own verbs and their options."""
    verbs = parser.add_subparsers(dest="database_verb", required=True, metavar="VERB")
    verbs.add_parser("status", help="say which tables there are and which this release needs")
    verbs.add_parser("upgrade", help="bring the tables to the form that this release needs")
    downgrade = verbs.add_parser("downgrade", help="bring the tables back to an older form")
    downgrade.add_argument("revision", help="the form to go back to, as `status` lists them")
    backup = verbs.add_parser("backup", help="copy a SQLite database while servers write")
    backup.add_argument("file", type=Path, help="path of the copy; nothing may be there yet")


def run(arguments: argparse.Namespace) -> int:
    """Do it to the database that the settings name."""
    from serving.settings import read_settings
    from serving.store.database import Database

    database = Database(read_settings().database, create=arguments.database_verb == "upgrade")
    try:
        _VERBS[arguments.database_verb](database, arguments)
    finally:
        database.close()
    return 0


def _status(database: "Database", arguments: argparse.Namespace) -> None:
    from serving.store import migrate

    known = migrate.revisions()
    print(f"{database.place}\ntables: {migrate.revision(database)}\nneeded: {known[-1]}")
    print(f"known: {', '.join([migrate.EMPTY, *known])}")


def _upgrade(database: "Database", arguments: argparse.Namespace) -> None:
    from serving.store import migrate

    before = migrate.upgrade(database)
    print(f"{database.place}: from {before} to {migrate.revision(database)}")


def _downgrade(database: "Database", arguments: argparse.Namespace) -> None:
    from serving.store import migrate

    before = migrate.downgrade(database, arguments.revision)
    print(f"{database.place}: from {before} to {migrate.revision(database)}")


def _backup(database: "Database", arguments: argparse.Namespace) -> None:
    from serving.store.backup import back_up

    back_up(database, arguments.file)
    print(f"{database.place}: copied to {arguments.file}")


_VERBS = {"status": _status, "upgrade": _upgrade, "downgrade": _downgrade, "backup": _backup}
