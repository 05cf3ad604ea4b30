"""Files of one JSON object a line, plain or gzipped by the name's ending `.gz`."""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

from labels.errors import AnnotationError
from labels.schema import Reader


def read_jsonl(path: Path) -> Iterator[tuple[Reader, object]]:
    """Yield each line's value with a reader whose errors name the file and the line.

    Empty lines are passed over. Raises AnnotationError for a line that is no JSON and for a broken
    gzip file, OSError where the file cannot be read.
    """
    reader = Reader(str(path), AnnotationError)
    try:
        with path.open("rb") as raw, _unpacked(raw, path) as lines:
            for number, line in enumerate(lines, 1):
                reader = Reader(f"{path} line {number}", AnnotationError)
                if line.strip():
                    yield reader, _parse(line, reader)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise reader.refuse(
            "this is no whole gzip file, or ends here", "gzip", "other bytes", "Fetch it again."
        ) from None


def write_jsonl(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    """Write one compact JSON object a line, in UTF-8; the same rows give the same bytes."""
    with path.open("wb") as raw:
        # No name and no time in the gzip header: they would make equal files differ.
        packed = path.suffix == ".gz"
        out = gzip.GzipFile("", "wb", fileobj=raw, mtime=0) if packed else raw
        for row in rows:
            line = json.dumps(dict(row), ensure_ascii=False, separators=(",", ":")) + "\n"
            # A lone surrogate has no UTF-8; the backslash form is its escape in JSON.
            out.write(line.encode("utf-8", "backslashreplace"))
        if packed:
            out.close()


def _unpacked(raw: IO[bytes], path: Path) -> IO[bytes]:
    return gzip.open(raw, "rb") if path.suffix == ".gz" else raw  # type: ignore[return-value]


def _parse(line: bytes, reader: Reader) -> object:
    try:
        return json.loads(line)
    except ValueError:  # its text and its traceback could show the line
        raise reader.refuse(
            "this is no JSON", "one object a line, in UTF-8", f"{len(line)} other bytes"
        ) from None
