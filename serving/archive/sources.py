"""From what a user names to files in a fixed order, and from a file to its items."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Any, BinaryIO
from xml.parsers import expat

import fsspec

from serving.archive.readers import READERS, load_reader
from serving.archive.readers.common import BROKEN, read_chunks
from serving.archive.record import Item, ReadOptions, Unreadable
from serving.archive.unpacking import unpack
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

XML_ROOTS = {"rss": "wxr", "nitf": "nitf", "newsItem": "newsml", "newsMessage": "newsml"}
_UNPACKED_BY_READER = ("warc", "wacz")
_PACKED = (".gz", ".bz2", ".zst")
_HEAD = 16  # chunks in which the root of an XML file stands
_SHOWN = 3  # files that an error names


@dataclass(frozen=True, slots=True)
class Source:
    """A file of an archive."""

    url: str
    size: int | None  # bytes, as it lies there
    format: str


def find_sources(inputs: Sequence[str], format: str | None = None) -> list[Source]:
    """The files that the inputs name, each once, sorted by URL.

    An input is a file, a folder (with all below it, but no hidden files and no links to folders), a
    glob, or a URL of fsspec. Raises ServingError where there is none, or where the format of some
    cannot be told.
    """
    if format is not None and format not in READERS:
        near = get_close_matches(format, READERS, 1)
        remedy = f"Did you mean {near[0]!r}?" if near else "Give one of these, or none."
        raise ServingError(
            f"There is no format {format!r}. Expected one of: {', '.join(READERS)}. {remedy}"
        )
    found: dict[str, Source] = {}
    unknown: list[str] = []
    for named in inputs:
        try:
            for url, size in _list(named).items():
                kind = format or _format(url)
                if kind is None:
                    unknown.append(url)
                else:
                    found[url] = Source(url, size, kind)
        except Exception as error:  # every file system has its own: no access, no such protocol
            if isinstance(error, ServingError):
                raise
            raise ServingError(
                f"{named} cannot be listed ({type(error).__name__}: {error}). Expected a file, a "
                "folder, a glob or a URL that can be read from here. Check address and access."
            ) from error
    if unknown:
        raise _unknown_format(sorted(unknown))
    return [found[url] for url in sorted(found)]


def read_source(
    source: Source, options: ReadOptions, read_to: Callable[[int], None] = lambda offset: None
) -> Iterator[Item]:
    """The items of a file. One that cannot be opened is one unreadable item.

    With every item `read_to` is told how many bytes of the file, as it lies there, have been read.
    """
    try:
        with fsspec.open(source.url, "rb") as file:
            # Web archives are packed record by record: a damaged one need not spoil the rest.
            stream = file if source.format in _UNPACKED_BY_READER else unpack(file)
            for item in load_reader(source.format)(stream, options):
                read_to(file.tell())
                yield item
    except FileNotFoundError:
        yield Unreadable("file", "it is no longer there")
    except PermissionError:
        yield Unreadable("file", "permission denied")


def _list(named: str) -> dict[str, int | None]:
    """The files of one input, by URL, with their sizes."""
    files, path = fsspec.url_to_fs(named)
    places = _places(files, path)
    if not places:
        raise ServingError(
            f"{named} names no file. Expected a file, a folder, a glob or a URL. Check the path, "
            "and put quotation marks around a glob."
        )
    _, chain, container = named.partition("::")  # as in zip://*.jsonl::s3://bucket/2019.zip
    return {
        str(files.unstrip_protocol(place)).removeprefix("file://") + chain + container: size
        for place, size in places.items()
    }


def _places(files: Any, path: str) -> dict[str, int | None]:
    """The files at a path, or that match it. A name may hold brackets and be no glob."""
    if files.isdir(path):
        found = files.find(path, detail=True)
    elif files.exists(path):
        found = {path: files.info(path)}
    elif any(mark in path for mark in "*?["):
        found = files.glob(path, detail=True)
    else:
        found = {}
    return {
        place: info.get("size")
        for place, info in found.items()
        if _is_file(files, place, info) and not place.rpartition("/")[2].startswith(".")
    }


def _is_file(files: Any, place: str, info: Mapping[str, Any]) -> bool:
    """Whether there is something to read: links lead to files, stores mark folders with a `/`."""
    if info.get("islink"):
        return bool(files.isfile(place))
    return info["type"] == "file" and not place.endswith("/")


def _format(url: str) -> str | None:
    name = url.partition("::")[0].rpartition("/")[2].lower()
    if url.startswith(("http://", "https://")):
        name = name.partition("?")[0]
    for ending in _PACKED:
        name = name.removesuffix(ending)
    ending = name[name.rfind(".") :] if "." in name else ""
    if ending == ".xml":
        with fsspec.open(url, "rb") as file:
            return XML_ROOTS.get(_root(unpack(file)))
    return FORMATS.get(ending)


def _root(stream: BinaryIO) -> str:
    """The name of the outermost element, without its namespace; empty where there is none."""
    names: list[str] = []
    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler = lambda name, attributes: names.append(name)
    with suppress(expat.ExpatError, *BROKEN):
        for chunk in islice(read_chunks(stream), _HEAD):
            parser.Parse(chunk, False)
            if names:
                break
    return names[0].rpartition("}")[2] if names else ""


def _unknown_format(urls: Sequence[str]) -> ServingError:
    shown = ", ".join(urls[:_SHOWN])
    more = f" and of {len(urls) - _SHOWN} others" if len(urls) > _SHOWN else ""
    return ServingError(
        f"The format of {shown}{more} cannot be told. Expected names that end in "
        f"{', '.join(sorted(FORMATS))} or .xml, packed or not. Give --format, or name the files "
        "of one format with a glob."
    )
