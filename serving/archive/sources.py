"""From what a user names to files in a fixed order, and from a file to its items."""

import bz2
import gzip
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import fsspec
import zstandard

from serving.archive.readers import READERS, load_reader
from serving.archive.record import Item, ReadOptions, Unreadable
from serving.errors import ServingError

FORMATS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".txt": "text",
    ".html": "html",
    ".htm": "html",
    ".warc": "warc",
    ".wacz": "wacz",
}
"""Format by a name's ending; `.xml` is told by what the file begins with."""

XML_ROOTS = {b"rss": "wxr", b"nitf": "nitf", b"newsItem": "newsml", b"newsMessage": "newsml"}
_PACKED = (".gz", ".bz2", ".zst")
_UNPACKED_BY_READER = ("warc", "wacz", "parquet")  # record by record, or never packed as a whole
_ROOT = re.compile(rb"<(?:[\w.-]+:)?(rss|nitf|newsItem|newsMessage)\b")
_HEAD = 4096  # bytes in which the root of an XML file stands
_GZIP, _BZIP2, _ZSTD = b"\x1f\x8b", b"BZh", b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True, slots=True)
class Source:
    """A file of an archive."""

    url: str
    size: int | None  # bytes, as it lies there
    format: str


def find_sources(inputs: Sequence[str], format: str | None = None) -> list[Source]:
    """The files that the inputs name, each once, sorted by URL.

    An input is a file, a folder (with all below it), a glob, or a URL of fsspec. Raises
    ServingError where there is none, or where its format cannot be told.
    """
    if format is not None and format not in READERS:
        known = ", ".join(sorted(READERS))
        raise ServingError(f"There is no format {format!r}. Expected one of: {known}.")
    found: dict[str, Source] = {}
    for named in inputs:
        files, path = fsspec.core.url_to_fs(named)
        places = _places(files, path)
        if not places:
            raise ServingError(
                f"{named} names no file. Expected a file, a folder, a glob or a URL. Check the "
                "path, and put quotation marks around a glob."
            )
        for place, size in places.items():
            url = str(files.unstrip_protocol(place)).removeprefix("file://")
            found[url] = Source(url, size, format or _format(files, place, url))
    return [found[url] for url in sorted(found)]


def read_source(source: Source, options: ReadOptions) -> Iterator[Item]:
    """The items of a file. One that cannot be opened is one unreadable item."""
    try:
        with fsspec.open(source.url, "rb") as file:
            stream = file if source.format in _UNPACKED_BY_READER else unpacked(file)
            yield from load_reader(source.format)(stream, options)
    except FileNotFoundError:
        yield Unreadable("file", "it is no longer there")
    except PermissionError:
        yield Unreadable("file", "permission denied")


def unpacked(file: Any) -> BinaryIO:
    """The bytes of a file, unpacked where it is gzip, bzip2 or Zstandard: its first bytes tell."""
    head = file.read(4)
    file.seek(0)
    if head.startswith(_GZIP):
        return cast("BinaryIO", gzip.GzipFile(fileobj=file))
    if head.startswith(_BZIP2):
        return cast("BinaryIO", bz2.BZ2File(file))
    if head == _ZSTD:
        reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        return cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", reader)))
    return cast("BinaryIO", file)


def _places(files: Any, path: str) -> dict[str, int | None]:
    """Files by path, hidden ones and empty folders left out, with their sizes."""
    if any(mark in path for mark in "*?["):
        found = files.glob(path, detail=True)
    elif files.isdir(path):
        found = files.find(path, detail=True)
    elif files.exists(path):
        found = {path: files.info(path)}
    else:
        found = {}
    return {
        place: info.get("size")
        for place, info in found.items()
        if info["type"] == "file" and not place.rpartition("/")[2].startswith(".")
    }


def _format(files: Any, place: str, url: str) -> str:
    name = place.rpartition("/")[2].lower()
    for ending in _PACKED:
        name = name.removesuffix(ending)
    ending = name[name.rfind(".") :] if "." in name else ""
    if ending in FORMATS:
        return FORMATS[ending]
    if ending == ".xml":
        with files.open(place, "rb") as file:
            root = _ROOT.search(unpacked(file).read(_HEAD))
        if root:
            return XML_ROOTS[root[1]]
    raise ServingError(
        f"The format of {url} cannot be told. Expected a name that ends in "
        f"{', '.join(sorted(FORMATS))} or .xml, packed or not. Name it with --format, or name the "
        "files of one format with a glob."
    )
