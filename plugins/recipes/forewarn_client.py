"""Ask Forewarn from a CMS in Python. Copy this file: it needs the standard library only (3.8 on).

    forewarn = Forewarn.from_environment()  # FOREWARN_URL, FOREWARN_KEY
    answer = forewarn.classify({"id": "story-1", "title": "…", "body": "<p>…</p>"})
    if answer.verdict == "not_checked":
        print(f"Not checked, because {answer.reason}")

Nothing raises because Forewarn is away, slow or refuses: publishing goes on, and the answer says
what was not checked and why. Neither key nor article is in any reason, exception or `repr`.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

CONNECT = 1.0  # seconds for the connection
TOTAL = 3.0  # seconds for everything, but for looking up the host's name
SHARE = 0.8  # of these, for Forewarn; the rest is for the way
LARGEST = 20_000_000  # bytes of an answer
VERDICTS = ("flagged", "clear", "not_checked")
# What is the same next time: the article is refused, or the decision was another before.
FINAL = (400, 409, 413, 415, 422)


@dataclass(frozen=True)
class Answer:
    """What Forewarn says of an article, or why it says nothing.

    `reason` continues 'not checked, because' and is None where the article was checked. `again`
    says whether asking again may help, and `after` in how many seconds at the earliest.
    """

    assessment: dict[str, Any] | None = field(repr=False)
    reason: str | None = None
    etag: str | None = None
    again: bool = False
    after: int = 0

    @property
    def verdict(self) -> str:
        """`flagged`, `clear` or `not_checked`; without an assessment never `clear`."""
        return str(self.assessment["verdict"]) if self.assessment else "not_checked"


@dataclass(frozen=True)
class Decided:
    """Whether a decision is stored. If not, `again` says whether sending it again may help."""

    stored: bool
    reason: str | None = None
    again: bool = False


class _UnansweredError(Exception):
    """There is no answer; `reason` continues 'because'."""

    def __init__(self, reason: str, again: bool = True, after: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.again, self.after = reason, again, after


@dataclass(frozen=True)
class _Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes = field(repr=False)


class Forewarn:
    """A server of Forewarn. It may be used by several threads.

    Raises ValueError, which names neither, for a URL or key that cannot be one.
    """

    def __init__(
        self, url: str, key: str = "", *, connect: float = CONNECT, total: float = TOTAL
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise ValueError("FOREWARN_URL: expected http://HOST:PORT or https://HOST. Correct it.")
        if not re.fullmatch(r"[!-~]*", key):
            raise ValueError("FOREWARN_KEY: expected a key as `forewarn keys create` printed it.")
        self._parts, self._key = parts, key
        self._connect, self._total = connect, total

    @classmethod
    def from_environment(cls, *, total: float = TOTAL) -> Forewarn:
        """The server that FOREWARN_URL names, with the key in FOREWARN_KEY."""
        url = os.environ.get("FOREWARN_URL", "http://127.0.0.1:8000")
        return cls(url, os.environ.get("FOREWARN_KEY", "").strip(), total=total)

    def classify(
        self, article: dict[str, Any], last: Answer | None = None, **options: str
    ) -> Answer:
        """Say what an article involves: `article` is the body of POST /v1/classify.

        `last` is the answer to the article's last save; it comes back where nothing has changed.
        `options` are those of the address, such as `iptc="true"` or `locale="de"`.
        """
        headers = {"X-Deadline-Ms": str(int(1000 * SHARE * self._total))}
        if last is not None and last.etag:
            headers["If-None-Match"] = last.etag
        query = f"?{urlencode(options)}" if options else ""
        try:
            reply = self._post(f"/v1/classify{query}", article, headers)
            if reply.status == 304 and last is not None:
                return last
            assessment = _read_assessment(reply)
        except _UnansweredError as error:
            return Answer(None, error.reason, again=error.again, after=error.after)
        reason = None
        if assessment["verdict"] == "not_checked":
            reason = f"Forewarn says: {(assessment.get('reason') or {}).get('message', 'no more')}"
        return Answer(assessment, reason, reply.headers.get("ETag"))

    def decide(self, decision: dict[str, Any], name: str) -> Decided:
        """Store what an editor did. `name` is yours: sent again with it, it is stored once."""
        try:
            reply = self._post("/v1/decisions", decision, {"Idempotency-Key": name})
            if reply.status not in (200, 201):
                raise _refusal(reply)
        except _UnansweredError as error:
            return Decided(False, error.reason, error.again)
        return Decided(True)

    def _post(self, path: str, sent: dict[str, Any], headers: dict[str, str]) -> _Reply:
        headers = {"Content-Type": "application/json", "Connection": "close", **headers}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        # ASCII: half a surrogate pair goes as it is, and Forewarn says where it stands.
        body = json.dumps(sent).encode("ascii")
        connection, end = self._connected()
        with _Watch(connection.sock, end) as watch:
            try:
                connection.request("POST", self._parts.path.rstrip("/") + path, body, headers)
                response = connection.getresponse()
                reply = _Reply(response.status, response.headers, response.read(LARGEST + 1))
            except (OSError, http.client.HTTPException):
                # From None: what http.client raises may quote the answer.
                raise _UnansweredError(self._broken(watch)) from None
            finally:
                connection.close()
        if watch.ended:  # a body that ends with its connection seems whole
            raise _UnansweredError(self._broken(watch))
        if len(reply.body) > LARGEST:
            raise _UnansweredError("Forewarn's answer is too long")
        return reply

    def _connected(self) -> tuple[http.client.HTTPConnection, float]:
        """A connection, and the time at which the answer must be there."""
        end = time.monotonic() + self._total
        secure = self._parts.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(str(self._parts.hostname), self._parts.port, timeout=self._connect)
        try:
            connection.connect()
        except OSError:
            connection.close()
            raise _UnansweredError("Forewarn cannot be reached") from None
        connection.sock.settimeout(self._total)
        return connection, end

    def _broken(self, watch: _Watch) -> str:
        if watch.ended:
            return f"no answer came from Forewarn within {self._total:g} s"
        return "the connection to Forewarn broke"


class _Watch:
    """Ends a connection at its time, however slowly its bytes come: timeouts are for each read."""

    def __init__(self, sock: socket.socket, end: float) -> None:
        self.ended = False
        self._sock = sock
        self._timer = threading.Timer(max(0.0, end - time.monotonic()), self._stop)
        self._timer.daemon = True

    def __enter__(self) -> _Watch:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _stop(self) -> None:
        self.ended = True
        with suppress(OSError):
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)  # below TLS, if there is any


def decision_on(answer: Answer, **given: Any) -> dict[str, Any]:
    """A decision about an answer, with its versions: action, subject, subject_id, editor and so on.

    Raises ValueError where there is no assessment to decide about.
    """
    if answer.assessment is None:
        raise ValueError("An article that was not answered has nothing to decide. Ask again first.")
    kept = {name: answer.assessment[name] for name in ("content_hash", "versions")}
    return {"article_id": answer.assessment["id"], **kept, **given}


def _read_assessment(reply: _Reply) -> dict[str, Any]:
    if reply.status != 200:
        raise _refusal(reply)
    found = _read_object(reply.body)
    if found.get("verdict") not in VERDICTS:  # a proxy's page, say
        raise _UnansweredError("what answered is not Forewarn, or cannot be read")
    return found


def _refusal(reply: _Reply) -> _UnansweredError:
    """What a status other than 200 says; a problem document (RFC 9457) says it in a sentence."""
    told = ""
    if reply.headers.get_content_type() == "application/problem+json":
        problem = _read_object(reply.body)
        told = f": {str(problem.get('detail', ''))[:500]}"
        for error in (problem.get("errors") or [])[:1]:
            told += f" {error.get('pointer', '#')}: {str(error.get('detail', ''))[:300]}"
    after = reply.headers.get("Retry-After", "")
    return _UnansweredError(
        f"Forewarn answered {reply.status}{told}",
        again=reply.status not in FINAL,
        after=int(after) if re.fullmatch("[0-9]{1,5}", after) else 0,
    )


def _read_object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
