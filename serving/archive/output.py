"""The folder of a run, on a disk or in an object store."""

import os
from pathlib import Path
from typing import Any

import fsspec


class Folder:
    """Files by name, each whole or not there. Made when its first file is written."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._files, self._root = fsspec.core.url_to_fs(self.url)

    @property
    def local(self) -> Path | None:
        """Where it is on this machine's disk; None for a store elsewhere."""
        return Path(self._root) if "file" in _protocols(self._files) else None

    def write(self, name: str, content: bytes) -> None:
        """Write a file: aside and then renamed on a disk; object stores put whole objects."""
        if self.local is None:
            self._files.pipe_file(self._path(name), content)
            return
        path = self.local / name
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)

    def read(self, name: str) -> bytes:
        """The content of a file. Raises FileNotFoundError."""
        return bytes(self._files.cat_file(self._path(name)))

    def open(self, name: str) -> Any:
        """A file to read from, seekable."""
        return self._files.open(self._path(name), "rb")

    def names(self, folder: str) -> list[str]:
        """Names of the files in a folder of this one, sorted; none where it does not exist."""
        self._files.invalidate_cache()
        try:
            found = self._files.ls(self._path(folder), detail=False)
        except FileNotFoundError:
            return []
        names = (str(path).rstrip("/").rpartition("/")[2] for path in found)
        return sorted(name for name in names if name and not name.startswith("."))

    def move(self, name: str, to: str) -> None:
        """Move a file or a folder, where it exists, within this folder."""
        if self._files.exists(self._path(name)):
            self._files.makedirs(self._path(to).rpartition("/")[0], exist_ok=True)
            self._files.mv(self._path(name), self._path(to), recursive=True)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}" if name else str(self._root)


def _protocols(files: Any) -> tuple[str, ...]:
    return (files.protocol,) if isinstance(files.protocol, str) else tuple(files.protocol)
