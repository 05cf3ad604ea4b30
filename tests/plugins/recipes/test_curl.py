"""The caller of curl and jq, at a real server and at others."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.plugins import servers
from tests.plugins.invented import ARTICLE, BODY, CANARY, FINNISH, HTML

pytestmark = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("jq")),
    reason="curl or jq is not installed; `make servers` does that",
)


def run(
    repository: Path, url: str, *arguments: object, key: str = "", seconds: str = "60"
) -> "subprocess.CompletedProcess[str]":
    names = {"FOREWARN_URL": url, "FOREWARN_KEY": key, "FOREWARN_SECONDS": seconds}
    recipe = repository / "plugins" / "recipes" / "curl.sh"
    command = ["bash", str(recipe), *map(str, arguments)]
    return subprocess.run(
        command, env=os.environ | names, capture_output=True, text=True, check=False
    )


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "article.json"
    path.write_text(json.dumps(ARTICLE), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.json", json.dumps(ARTICLE)), ("a b.html", HTML), ("a.txt", BODY), ("a.html", "'\"\\\n<")],
)
def test_an_article_is_checked(
    repository: Path, house: servers.House, tmp_path: Path, name: str, text: str
) -> None:
    path, kept = tmp_path / name, tmp_path / "answer.json"
    path.write_text(text, encoding="utf-8")
    done = run(repository, house.url, "classify", path, kept, key=house.key)
    assert (done.returncode, done.stderr) == (0, "")
    if len(text) > 10:
        assert done.stdout == "flagged: minors 3, violence 3, trauma 3\n"
        assert json.loads(kept.read_text("utf-8"))["verdict"] == "flagged"


def test_a_decision_is_stored_once(
    repository: Path, house: servers.House, article: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "answer.json"
    run(repository, house.url, "classify", article, kept, key=house.key)
    decided = ("decide", kept, "story-815", "accept", "label", "minors", "u-7", "curl-1")
    for _ in range(2):
        done = run(repository, house.url, *decided, key=house.key)
        assert (done.returncode, done.stdout, done.stderr) == (0, "stored\n", "")
    other = (*decided[:3], "reject", *decided[4:])
    done = run(repository, house.url, *other, key=house.key)
    assert done.returncode == 1
    assert done.stdout.startswith("not stored, because Forewarn answered 409: This Idempotency-Key")


def test_another_language_is_not_checked(
    repository: Path, house: servers.House, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(FINNISH, encoding="utf-8")
    done = run(repository, house.url, "classify", path, key=house.key)
    assert done.returncode == 0
    assert done.stdout.startswith("not checked, because Forewarn says: ")


def test_troubles_stop_nobody_from_publishing(
    repository: Path, house: servers.House, starting: str, hurried: str, article: Path
) -> None:
    long = article.with_name("long.json")
    long.write_text(json.dumps({"body": BODY * 40}), encoding="utf-8")
    with (
        servers.refused() as refused,
        servers.silent() as silent,
        servers.saying(servers.http(200, b"<p>Sign in</p>", "text/html")) as hotel,
        servers.saying(servers.moved(hotel)) as elsewhere,
        servers.saying(servers.http(500, b"[1]")) as odd,
        servers.saying(servers.http(200, b"")) as empty,
        servers.saying(b"") as broken,
    ):
        for url, path, seconds, because in (
            (refused, article, "60", "Forewarn cannot be reached"),
            (silent, article, "0.5", "no answer came from Forewarn within 0.5 s"),
            (hotel, article, "60", "what answered is not Forewarn (status 200)"),
            (elsewhere, article, "60", "what answered is not Forewarn (status 307)"),
            (odd, article, "60", "what answered is not Forewarn (status 500)"),
            (empty, article, "60", "what answered is not Forewarn (status 200)"),
            (broken, article, "60", "the connection to Forewarn broke (curl 52)"),
            (house.url, article, "60", "Forewarn answered 401: "),
            (starting, article, "60", "Forewarn answered 503: "),
            (hurried, long, "60", "Forewarn answered 504: "),
            (house.url, article.with_name("none.json"), "60", "the file cannot be read"),
            (house.url, article.with_name("none.html"), "60", "the file cannot be read"),
        ):
            done = run(repository, url, "classify", path, seconds=seconds)
            assert (done.returncode, done.stderr) == (0, ""), because
            assert done.stdout.startswith(f"not checked, because {because}"), done.stdout
            assert CANARY not in done.stdout


def test_whoever_uses_it_wrongly_is_told_how(repository: Path) -> None:
    done = run(repository, "http://127.0.0.1:9", "classify")
    assert done.returncode == 2
    assert "curl.sh classify ARTICLE [ANSWER]" in done.stderr
