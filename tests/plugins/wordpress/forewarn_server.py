"""The real server with the released artifact, which can be stopped and started again."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx2

from tests.plugins.wordpress.ports import free_port


class ForewarnServer:
    """`forewarn serve` on a port that stays the same."""

    def __init__(self, repository: Path, folder: Path) -> None:
        self._repository, self._log = repository, folder / "forewarn.log"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._environment = os.environ | {
            "FOREWARN_DATABASE": f"sqlite:///{folder}/forewarn.db",
            "FOREWARN_PORT": str(port),
            "FOREWARN_DRAIN_MS": "0",
            "FOREWARN_COUNTRY": "GB",
        }
        self._process: subprocess.Popen[bytes] | None = None
        self.key = self.make_key("classify", "decide")
        self._reader = self.make_key("read")

    def make_key(self, *scopes: str) -> str:
        """A new key."""
        options = [option for scope in scopes for option in ("--scope", scope)]
        command = [sys.executable, "-m", "forewarn", "keys", "create", "wordpress", *options]
        done = subprocess.run(
            command,
            cwd=self._repository,
            env=self._environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.split()[0]

    def start(self) -> None:
        """Start it, unless it runs, and wait until it answers."""
        if self._process and self._process.poll() is None:
            return
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "forewarn", "serve"],
                cwd=self._repository,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        while not self._is_ready():
            assert self._process.poll() is None, self._log.read_text(encoding="utf-8")
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self._process:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def decisions(self) -> list[dict[str, Any]]:
        """All decisions that it has."""
        headers = {"Authorization": f"Bearer {self._reader}"}
        answer = httpx2.get(f"{self.url}/v1/decisions?limit=1000", headers=headers)
        found: list[dict[str, Any]] = answer.raise_for_status().json()["decisions"]
        return found

    @property
    def log(self) -> str:
        """All that it logged."""
        return self._log.read_text(encoding="utf-8")

    def _is_ready(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/readyz").status_code == 200
        except httpx2.TransportError:  # on a busy machine it listens long before it answers
            return False
