"""Web archives as warcio and wget write them, and the broken and hostile ones."""

import functools
import gzip
import http.server
import io
import shutil
import socket
import subprocess
import threading
import tracemalloc
import zipfile
from itertools import chain, repeat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.archive.readers import warc
from serving.archive.record import Item, ReadOptions, Record, Unreadable
from tests.serving.archive.readers.reading import Endless, read_all, read_one, reason, words
from tests.serving.archive.readers.web import PACKINGS, Crawl, chunked, page, wacz

PIER = page("Pier to close")


def titles(items: list[Item]) -> list[str]:
    return [item.submission.title for item in items if isinstance(item, Record)]


@pytest.mark.parametrize("packed", [True, False])
def test_an_article_is_found_in_its_page(packed: bool) -> None:
    record = read_one(warc.read, Crawl(packed).response(PIER).data())
    assert record.submission.title == "Pier to close"
    assert record.submission.id == record.url == "https://herald.example/pier"
    assert record.date == "2024-07-01"
    assert record.position == "record 1"
    text = record.submission.body.text
    assert "in the harbour.\n\nDivers had found" in text
    assert "Sport" not in text
    assert "rights" not in text


def test_what_is_no_page_is_passed_over() -> None:
    crawl = Crawl()
    crawl.record("warcinfo", "software: crawler", "application/warc-fields")
    crawl.record("request", "GET / HTTP/1.1\r\n\r\n", "application/http; msgtype=request")
    crawl.response(PIER, status="404 Not Found")
    crawl.response(PIER, status="301 Moved")
    crawl.response(b"\x89PNG", {"Content-Type": "image/png"})
    crawl.response("", status="204 No Content")
    crawl.record("resource", "a log", "text/plain")
    crawl.record("response", "1.2.3.4", "text/dns", "dns:herald.example")
    crawl.record("response", "", "application/http; msgtype=response")
    assert read_all(warc.read, crawl.data()) == []


def test_pages_are_kept_as_resources_too() -> None:
    record = read_one(warc.read, Crawl().record("resource", PIER, "text/html").data())
    assert record.submission.title == "Pier to close"


@pytest.mark.parametrize("html", ["", " ", "<html></html>", "words", "\x00\x01", "<" * 5000])
def test_a_page_without_an_article(html: str, caplog: pytest.LogCaptureFixture) -> None:
    item = read_all(warc.read, Crawl().response(html).response(PIER).data())
    assert item[0] == Unreadable("record 1", "no article text found")
    assert titles(item) == ["Pier to close"]
    assert caplog.records == []


@pytest.mark.parametrize(
    ("encoding", "declared", "meta"),
    [
        ("utf-8", "", ""),
        ("utf-8", "; charset=iso-8859-1", ""),
        ("utf-8", "; charset=klingon", '<meta charset="hex">'),
        ("utf-8-sig", "; charset=windows-1255", ""),
        ("utf-16", "", ""),
        ("cp1252", "", ""),
        ("cp1252", "; charset=utf-8", ""),
        ("cp1252", "; charset=klingon", ""),
        ("cp1252", '; charset="ISO-8859-1"', ""),
        (
            "mac-roman",
            "",
            '<meta http-equiv="Content-Type" content="text/html; charset=mac-roman">',
        ),
        ("mac-roman", "; charset=mac-roman", '<meta charset="cp1252">'),
    ],
)
def test_charsets_right_and_wrong(encoding: str, declared: str, meta: str) -> None:
    html = page("Caf\u00e9 \u201cPier\u201d", "It was d\u00e9j\u00e0 vu \u2013 again.", head=meta)
    crawl = Crawl().response(html.encode(encoding), {"Content-Type": f"text/html{declared}"})
    record = read_one(warc.read, crawl.data())
    assert record.submission.title == "Caf\u00e9 \u201cPier\u201d"
    assert "It was d\u00e9j\u00e0 vu \u2013 again." in words(record)


@pytest.mark.parametrize("coding", PACKINGS)
@pytest.mark.parametrize("in_chunks", [True, False])
def test_packed_deliveries(coding: str, in_chunks: bool) -> None:
    data = PACKINGS[coding](PIER.encode())
    headers = {"Content-Encoding": coding.split()[-1]}
    if in_chunks:
        data, headers = chunked(data), headers | {"Transfer-Encoding": "chunked"}
    assert words(read_one(warc.read, Crawl().response(data, headers).data()))


def test_some_crawlers_unpack_and_keep_the_heads() -> None:
    headers = {"Content-Encoding": "br", "Transfer-Encoding": "chunked"}
    assert words(read_one(warc.read, Crawl().response(PIER, headers).data()))


@pytest.mark.parametrize(
    ("payload", "coding", "why"),
    [
        (b"\x0b\x80", "br", "its Content-Encoding is not read"),
        (gzip.compress(PIER.encode(), mtime=0)[:-50], "gzip", "its Content-Encoding is cut off"),
        (b"\x1f\x8bsecret", "gzip", "its Content-Encoding is damaged"),
        (
            gzip.compress(bytes(17_000_000), mtime=0),
            "gzip",
            "larger than 16000000 bytes, once unpacked",
        ),
        (PIER.encode() + b"<b>" * 100_000, "", "it has more than 100000 tags"),
    ],
)
def test_pages_that_cannot_be_read(payload: bytes, coding: str, why: str) -> None:
    headers = {"Content-Encoding": coding, "Transfer-Encoding": "chunked"}
    crawl = Crawl().response(chunked(payload), headers).response(PIER)
    first, second = read_all(warc.read, crawl.data())
    assert isinstance(first, Unreadable)
    assert first.reason.startswith(why)
    assert isinstance(second, Record)


def test_a_page_that_the_crawler_cut_off() -> None:
    data = Crawl().response(PIER, warc={"WARC-Truncated": "length"}).data()
    assert reason(warc.read, data) == "the crawler cut it off (WARC-Truncated)"


def test_no_article_is_newer_than_its_capture() -> None:
    """Otherwise the same file would give other dates on another day."""
    late = PIER.replace("2024-07-01T10", "2025-01-01T10")
    assert read_one(warc.read, Crawl().response(late).data()).date is None


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_wacz_is_read(method: int) -> None:
    files = {
        "archive/a.warc.gz": Crawl().response(page("One")).data(),
        "archive/b.warc": Crawl(packed=False).response(page("Two")).data(),
        "pages/pages.jsonl": b"{}",
    }
    data = wacz(files, method)
    items = read_all(warc.read, data)
    assert titles(items) == ["One", "Two"]
    assert [item.position for item in items] == [
        "archive/a.warc.gz, record 1",
        "archive/b.warc, record 1",
    ]
    unseekable = io.BufferedReader(Endless(iter([data])))
    assert list(warc.read(unseekable, ReadOptions())) == items


def test_after_a_broken_part_of_a_wacz_the_next_is_read() -> None:
    data = wacz({"archive/a.warc.gz": b"not one", "archive/b.warc": Crawl().response(PIER).data()})
    first, second = read_all(warc.read, data)
    assert first == Unreadable("archive/a.warc.gz, record 1", "cut off or damaged from here on")
    assert isinstance(second, Record)
    assert reason(warc.read, data[:-9]) == "the file is cut off or damaged"


@pytest.mark.parametrize("name", ["archive/a.warc", "archive/a.warc.gz"])
def test_what_unpacks_without_end_is_refused(name: str) -> None:
    record = b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 101000000\r\n\r\n"
    bomb = record + bytes(101_000_000)
    data = gzip.compress(bomb, 1) if name.endswith("gz") else bomb
    packed = wacz({name: data}, zipfile.ZIP_DEFLATED)
    assert reason(warc.read, packed).startswith("unpacks to more than 200 times its size")


def test_a_large_record_is_skipped_and_not_held() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    body = 200_000_000 - len(head)
    record = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http\r\n"
    record += b"WARC-Target-URI: https://herald.example/\r\nContent-Length: 200000000\r\n\r\n"
    parts = chain([record + head], repeat(b"x" * 50_000, body // 50_000))
    parts = chain(parts, [b"x" * (body % 50_000) + b"\r\n\r\n"])
    stream = Endless(chain(parts, [Crawl(packed=False).response(PIER).data()]))
    tracemalloc.start()
    try:
        items = list(warc.read(io.BufferedReader(stream), ReadOptions()))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert items[0] == Unreadable("record 1", "larger than 16000000 bytes")
    assert titles(items) == ["Pier to close"]
    assert peak < 10_000_000


@pytest.mark.parametrize("line", [b"x" * 1000, b"\r\n" * 1000, b"a: b\r\n" * 100])
def test_nothing_is_held_in_search_of_a_record(line: bytes) -> None:
    stream = io.BufferedReader(Endless(chain([b"WARC/1.0\r\n"], repeat(line, 100_000))))
    assert isinstance(list(warc.read(stream, ReadOptions()))[-1], Unreadable)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "there is no record in this file"),
        (b"secret\r\n" * 10, "cut off or damaged from here on"),
        (gzip.compress(b"", mtime=0), "there is no record in this file"),
        (b"WARC/1.0\r\nWARC-Ty", "its head is cut off or damaged: it has no Content-Length"),
        (b"PK\3\4secret", "the file is cut off or damaged"),
    ],
)
def test_a_file_of_something_else(data: bytes, why: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert reason(warc.read, data) == why
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("missing", [5, 20, 400])
def test_a_file_that_was_cut_off(packed: bool, missing: int) -> None:
    """A record whose end is missing may be whole, but not the file."""
    crawl = Crawl(packed).response(page("One")).response(page("Two"))
    items = read_all(warc.read, crawl.data()[:-missing])
    assert titles(items) in (["One"], ["One", "Two"])
    assert isinstance(items[-1], Unreadable)
    assert titles(items) == ["One"] or (packed and missing < 400)


PACKED, PLAIN = (
    Crawl(packed).response(page("One")).response(page("Two")) for packed in (True, False)
)


@settings(max_examples=50)
@given(st.sampled_from([PACKED, PLAIN]), st.floats(0, 1), st.binary(min_size=1, max_size=8))
def test_damage_spares_what_stands_before_it(crawl: Crawl, part: float, damage: bytes) -> None:
    whole = crawl.data()
    place = int(part * len(whole))
    items = read_all(warc.read, whole[:place] + damage + whole[place + len(damage) :])
    spared = sum(end <= place for end in crawl.ends)
    assert titles(items)[:spared] == ["One", "Two"][:spared]


ZIPPED = wacz({"archive/a.warc.gz": PACKED.data()}, zipfile.ZIP_DEFLATED)


@settings(max_examples=50)
@given(st.floats(0, 1), st.binary(min_size=1, max_size=8))
def test_a_damaged_zip_raises_nothing(part: float, damage: bytes) -> None:
    """What it spares is another matter: without its directory nothing of a zip can be read."""
    place = int(part * len(ZIPPED))
    read_all(warc.read, ZIPPED[:place] + damage + ZIPPED[place + len(damage) :])


@pytest.mark.parametrize(
    ("part", "place", "value"),
    [
        (b"PK\1\2", 6, b"\x63\0"),  # the version of zip that is needed
        (b"PK\1\2", 8, b"\1\0"),  # flags: a password
        (b"PK\1\2", 10, b"\x63\0"),  # the method of packing
        (b"PK\5\6", 16, b"\xff\xff\xff\x7f"),  # where the directory begins: records before 0
    ],
)
def test_a_zip_with_an_odd_directory(part: bytes, place: int, value: bytes) -> None:
    data = bytearray(ZIPPED)
    place += data.rindex(part)
    data[place : place + len(value)] = value
    assert isinstance(read_all(warc.read, bytes(data))[-1], Unreadable)


def test_nothing_is_fetched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        head = f'<base href="{url}"><link rel="canonical" href="{url}"><script src="{url}">'
        html = page("Pier", f'<img src="{url}"><iframe src="{url}"></iframe>', head=head)
        html = html.replace("<!DOCTYPE html>", f'<!DOCTYPE html SYSTEM "{url}">')
        read_all(warc.read, Crawl().response(html, url=url).data())
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.skipif(shutil.which("wget") is None, reason="wget is not installed")
@pytest.mark.parametrize("options", [[], ["--no-warc-compression"]], ids=["packed", "plain"])
def test_what_wget_saves_is_read(options: list[str], tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text(page("One", '<a href="two.html">on</a>'), "utf-8")
    (site / "two.html").write_text(page("Two", '<a href="gone.html">on</a>'), "utf-8")
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        command = ["wget", "-q", "--no-proxy", "-r", "-l2", "--warc-file=saved", *options, url]
        subprocess.run(command, cwd=tmp_path, check=False, timeout=30)
        server.shutdown()
    (saved,) = tmp_path.glob("saved.warc*")
    with saved.open("rb") as file:
        items = list(warc.read(file, ReadOptions()))
    assert titles(items) == ["One", "Two"]
    assert [item for item in items if isinstance(item, Unreadable)] == []
    assert [i.url for i in items if isinstance(i, Record)] == [url, f"{url}two.html"]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass
