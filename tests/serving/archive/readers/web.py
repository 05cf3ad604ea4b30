"""Web archives for tests, written by warcio."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

CAPTURED = "2024-07-02T09:00:00Z"
HTML = "text/html; charset=utf-8"
_SENTENCES = (
    "The council of Otter Bay voted on Tuesday to close the old pier in the harbour.",
    "Divers had found that eleven of its forty posts were eaten through by worms.",
    "A ferry will take visitors to the island until the summer of next year.",
    "Fishermen asked for a place to land their catch while the work goes on.",
)


def page(title: str, *paragraphs: str, head: str = "") -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in (*_SENTENCES, *paragraphs))
    return f"""<!DOCTYPE html><html lang="en"><head><title>{title} - Herald</title>
<meta property="article:published_time" content="2024-07-01T10:00:00Z">{head}</head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<article><h1>{title}</h1>{text}</article><footer>All rights reserved</footer></body></html>"""


class Crawl:
    """A WARC in the making."""

    def __init__(self, packed: bool = True) -> None:
        self._file = io.BytesIO()
        self._writer = WARCWriter(self._file, gzip=packed)
        self.ends: list[int] = []  # of the records

    def response(
        self,
        payload: bytes | str,
        http: Mapping[str, str] | None = None,
        *,
        status: str = "200 OK",
        warc: Mapping[str, str] | None = None,
        url: str = "https://herald.example/pier",
    ) -> "Crawl":
        headers = {"Content-Type": HTML} | dict(http or {})
        return self._write(
            url, "response", payload, warc, StatusAndHeaders(status, [*headers.items()], "HTTP/1.1")
        )

    def record(
        self, kind: str, payload: str, content_type: str, url: str = "https://herald.example/pier"
    ) -> "Crawl":
        return self._write(url, kind, payload, {"Content-Type": content_type}, None)

    def data(self) -> bytes:
        return self._file.getvalue()

    def _write(
        self,
        url: str,
        kind: str,
        payload: bytes | str,
        warc: Mapping[str, str] | None,
        http: StatusAndHeaders | None,
    ) -> "Crawl":
        data = payload.encode() if isinstance(payload, str) else payload
        headers = {"WARC-Date": CAPTURED} | dict(warc or {})
        self._writer.write_record(
            self._writer.create_warc_record(
                url, kind, io.BytesIO(data), len(data), "", headers, http_headers=http
            )
        )
        self.ends.append(self._file.tell())
        return self


def wacz(files: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as container:
        container.writestr("datapackage.json", "{}")
        for name, data in files.items():
            container.writestr(name, data)
    return file.getvalue()


def chunked(data: bytes, sizes: Sequence[int] = (100, 1, 1000)) -> bytes:
    parts, place = [], 0
    for size in (*sizes, len(data)):
        if part := data[place : place + size]:
            parts.append(b"%x\r\n%s\r\n" % (len(part), part))
        place += size
    return b"".join([*parts, b"0\r\n\r\n"])


def deflated(data: bytes) -> bytes:
    """Deflate without a head, as some servers send it."""
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(data) + packing.flush()


PACKINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "raw deflate": deflated,
}
