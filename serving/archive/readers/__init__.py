"""One small reader for each format; see `serving.archive.record.Reader`."""

import importlib

from serving.archive.record import Reader

READERS = {
    "csv": "csv",
    "html": "files:read_html",
    "json": "json",
    "jsonl": "jsonl",
    "newsml": "newsml",
    "ninjs": "ninjs",
    "nitf": "nitf",
    "parquet": "parquet",
    "text": "files:read_text",
    "wacz": "warc",
    "warc": "warc",
    "wxr": "wxr",
}
"""The module of each format, and the function in it where it is not `read`."""


def load_reader(format: str) -> Reader:
    """The reader of a format; what it needs is imported now and not before."""
    module, _, name = READERS[format].partition(":")
    found = getattr(importlib.import_module(f"{__name__}.{module}"), name or "read")
    reader: Reader = found
    return reader
