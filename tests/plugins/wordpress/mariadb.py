"""A MariaDB server of the tests' own, on a socket only."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def mariadb(folder: Path) -> Iterator[Path]:
    """Start it on an empty folder; yields its socket."""
    assert shutil.which("mariadbd", path=_PATH), (
        "There is no MariaDB. Run `make servers-wordpress`."
    )
    user = ["--user=root"] if os.geteuid() == 0 else []
    socket, log, scratch = folder / "socket", folder / "log", folder / "tmp"
    scratch.mkdir()
    # In one folder for temporary tables, two servers at once would take each other's.
    own = ["--no-defaults", f"--datadir={folder / 'data'}", f"--tmpdir={scratch}", *user]
    install = ["mariadb-install-db", *own, "--auth-root-authentication-method=normal"]
    _run([*install, "--skip-test-db"])
    start = ["mariadbd", *own, f"--socket={socket}"]
    # What is lost with the machine need not be on disk.
    quick = ["--skip-networking", "--innodb-flush-log-at-trx-commit=0", f"--log-error={log}"]
    with subprocess.Popen([*start, *quick], env=_environment()) as process:
        try:
            while not socket.exists():
                assert process.poll() is None, log.read_text(encoding="utf-8")
                time.sleep(0.05)
            yield socket
        finally:
            process.terminate()


def query(socket: Path, statement: str) -> None:
    """Run a statement as the administrator."""
    _run(["mariadb", "--no-defaults", f"--socket={socket}", "--user=root", "-e", statement])


_PATH = os.environ.get("PATH", "") + ":/usr/sbin"


def _environment() -> dict[str, str]:
    return os.environ | {"PATH": _PATH}


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, env=_environment(), stdout=subprocess.DEVNULL)
