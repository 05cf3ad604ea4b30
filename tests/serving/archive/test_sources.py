"""Files that a user names, in folders and stores, packed or not, and what is in them."""

import csv
import gzip
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from serving.archive.readers import READERS, load_reader
from serving.archive.record import Item, ReadOptions, Record, Unreadable
from serving.archive.sources import FORMATS, XML_ROOTS, Source, find_sources, read_source
from serving.errors import ServingError
from tests.serving.archive.packing import PACKERS

ROWS = [{"id": f"a{n}", "headline": f"Pier {n}", "text": f"Shut, again: {n}."} for n in range(9)]
LINES = "".join(f"{json.dumps(row)}\n" for row in ROWS).encode()


def as_csv() -> bytes:
    table = io.StringIO()
    writer = csv.DictWriter(table, list(ROWS[0]))
    writer.writeheader()
    writer.writerows(ROWS)
    return table.getvalue().encode()


def as_parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), file)
    return file.getvalue()


FILES: dict[str, Callable[[], bytes]] = {
    "2018/a.jsonl": lambda: LINES,
    "2018/b.JSONL.GZ": lambda: gzip.compress(LINES[:100]) + gzip.compress(LINES[100:]),
    "2019/c.ndjson.bz2": lambda: PACKERS["bzip2"](LINES),
    "2019/d.jsonl.zst": lambda: PACKERS["zstd"](LINES),
    "2019/e.jsonl": lambda: gzip.compress(LINES),  # its name doesn't say so
    "2019/f.json": lambda: json.dumps(ROWS, indent=1).encode(),
    "2019/g [1].csv": as_csv,
    "2019/h.parquet": as_parquet,
}


def read(source: Source) -> list[Item]:
    return list(read_source(source, ReadOptions()))


def texts(source: Source) -> list[str]:
    return [item.submission.body.text for item in read(source) if isinstance(item, Record)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content())
    return tmp_path


def test_a_folder_is_read_to_its_depth_in_a_fixed_order(folder: Path) -> None:
    sources = find_sources([str(folder)])
    assert [source.url for source in sources] == [f"{folder}/{name}" for name in FILES]
    for source in sources:
        assert source.size == Path(source.url).stat().st_size
        assert texts(source) == [row["text"] for row in ROWS], source


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["2018/a.jsonl"], ["2018/a.jsonl"]),
        (["2018/"], ["2018/a.jsonl", "2018/b.JSONL.GZ"]),
        (["*/*.jsonl"], ["2018/a.jsonl", "2019/e.jsonl"]),
        (["**/[a-c].*"], ["2018/a.jsonl", "2018/b.JSONL.GZ", "2019/c.ndjson.bz2"]),
        (["2019/g [1].csv"], ["2019/g [1].csv"]),
        (["2019/e.jsonl", "2018/a.jsonl", "2018/?.jsonl"], ["2018/a.jsonl", "2019/e.jsonl"]),
    ],
)
def test_files_globs_and_folders(folder: Path, names: list[str], expected: list[str]) -> None:
    sources = find_sources([f"{folder}/{name}" for name in names])
    assert [source.url for source in sources] == [f"{folder}/{name}" for name in expected]


def test_a_path_may_be_relative(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert find_sources(["2018/a.jsonl"]) == find_sources([f"{folder}/2018/a.jsonl"])


def test_links_to_files_are_read_and_hidden_files_are_not(tmp_path: Path, folder: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    (new / "linked.jsonl").symlink_to(folder / "2018/a.jsonl")
    (new / "around").symlink_to(new)
    (new / ".hidden.jsonl").write_bytes(LINES)
    (source,) = find_sources([str(new)])
    assert source.url == f"{new}/linked.jsonl"
    assert len(texts(source)) == len(ROWS)


def test_a_zip_is_read_as_a_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as file:
        file.writestr("2018/a.jsonl", LINES)
        file.writestr("2018/b.csv", as_csv())
    sources = find_sources([f"zip://2018/*::{tmp_path}/all.zip"])
    assert [source.format for source in sources] == ["jsonl", "csv"]
    assert all(texts(source) == [row["text"] for row in ROWS] for source in sources)


def test_a_store_is_read_as_folders_are(s3: str) -> None:
    for name, content in FILES.items():
        with fsspec.open(f"{s3}/all/{name}", "wb") as file:
            file.write(content())
    fsspec.filesystem("s3").touch(f"{s3}/all/2019/")  # consoles mark folders like this
    sources = find_sources([f"{s3}/all"])
    assert [source.url for source in sources] == [f"{s3}/all/{name}" for name in FILES]
    assert [source.size for source in sources] == [len(content()) for content in FILES.values()]
    assert all(texts(source) == [row["text"] for row in ROWS] for source in sources)
    globbed = find_sources([f"{s3}/all/*/*.jsonl"])
    assert [source.url[-12:] for source in globbed] == ["2018/a.jsonl", "2019/e.jsonl"]
    with pytest.raises(ServingError, match="names no file"):
        find_sources([f"{s3}/none/*.jsonl"])
    (gone,) = read(Source(f"{s3}/all/gone.jsonl", None, "jsonl"))
    assert gone == Unreadable("file", "it is no longer there")


@pytest.mark.parametrize(
    ("content", "format"),
    [
        (b'<?xml version="1.0"?>\n<!-- <nitf> --><rss version="2.0"><channel/></rss>', "wxr"),
        (b'<!DOCTYPE nitf SYSTEM "nitf.dtd"><nitf><head/></nitf>', "nitf"),
        ('<?xml version="1.0" encoding="utf-16"?><nitf/>'.encode("utf-16"), "nitf"),
        (b'<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/">', "newsml"),
        (b'<a:newsMessage xmlns:a="http://iptc.org/std/nar/2006-10-01/">', "newsml"),
        (gzip.compress(b"<?xml version='1.0'?>" + b" " * 100_000 + b"<rss>", mtime=0), "wxr"),
    ],
)
def test_xml_is_told_by_its_root(content: bytes, format: str, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(content)
    (source,) = find_sources([str(tmp_path)])
    assert source.format == format


@pytest.mark.parametrize(
    "content",
    [b"", b"<html><rss/></html>", b"rss", b"<\xff>", gzip.compress(b"<rss>", mtime=0)[:12]],
)
def test_other_xml_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(content)
    with pytest.raises(ServingError, match=r"The format of .*a\.xml cannot be told"):
        find_sources([str(tmp_path)])


def test_files_of_unknown_format_are_told_and_not_passed_over(folder: Path) -> None:
    for name in ("README", "notes.docx", "w.gz", "x.odt", "y.pdf"):
        (folder / name).write_bytes(b"")
    with pytest.raises(ServingError, match=r"README, .*notes\.docx, .*w\.gz and of 2 others"):
        find_sources([str(folder)])
    assert [source.format for source in find_sources([f"{folder}/README"], "text")] == ["text"]


def test_every_format_that_is_told_has_a_reader() -> None:
    assert {*FORMATS.values(), *XML_ROOTS.values()} <= {*READERS}
    for format in READERS:
        assert callable(load_reader(format))


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("none.jsonl", "names no file"),
        ("*.none", "names no file"),
        ("empty", "names no file"),
        ("nope://a.jsonl", "cannot be listed.*nope"),
        ("zip://*.jsonl::none.zip", "cannot be listed.*FileNotFoundError"),
    ],
)
def test_what_names_no_file_is_refused(
    named: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ServingError, match=expected):
        find_sources([named])


def test_a_format_that_is_unknown_is_refused(folder: Path) -> None:
    with pytest.raises(ServingError, match=r"no format 'jsonlines'.*Did you mean 'jsonl'\?"):
        find_sources([str(folder)], "jsonlines")


def test_a_file_that_is_gone_or_closed_to_us_is_told(folder: Path) -> None:
    sources = find_sources([str(folder / "2018")])
    Path(sources[0].url).unlink()
    assert read(sources[0]) == [Unreadable("file", "it is no longer there")]
    if os.geteuid():  # root may read everything
        Path(sources[1].url).chmod(0)
        assert read(sources[1]) == [Unreadable("file", "permission denied")]
