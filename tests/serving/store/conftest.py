"""Databases to try the store on: a SQLite file, and a PostgreSQL server of the tests' own."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from serving.store.database import Database
from serving.store.migrate import upgrade
from serving.store.store import Store, open_store


def _programs() -> Path:
    """Where `initdb` and `postgres` are: Debian keeps them off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if not (found or on_path):
        pytest.fail("PostgreSQL is not installed. Run `make servers`, or install it otherwise.")
    return found[-1].parent if found else Path(str(on_path)).parent


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a running server, without a database's name."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="forewarn-pg-"))
    user = None
    if os.geteuid() == 0:  # PostgreSQL refuses to be run by root
        user = "postgres"
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    data = folder / "data"

    def run(program: str, *options: str | Path) -> None:
        command = [programs / program, "-D", data, *options]
        subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)

    run("initdb", "-U", "forewarn", "-A", "trust", "-E", "UTF8")
    listen = f"-h 127.0.0.1 -p {port} -k {folder}"
    run("pg_ctl", "-w", "-o", listen, "-l", folder / "log", "start")
    yield f"postgresql://forewarn@127.0.0.1:{port}"
    run("pg_ctl", "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/forewarn.db"
    server: str = request.getfixturevalue("postgresql")
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A store with the newest tables."""
    database = Database(url)
    upgrade(database)
    database.close()
    store = open_store(url)
    yield store
    store.close()
