"""Drupal's module: its client with the real Guzzle at a real server, all of it in a stand-in."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.plugins import servers
from tests.plugins.invented import ARTICLE, BODY, CANARY, FINNISH, HTML, TITLE

PHP = shutil.which("php")
GUZZLE = Path("/usr/share/php/GuzzleHttp/autoload.php")
pytestmark = [
    pytest.mark.skipif(not PHP, reason="PHP is not installed; `make servers` does that"),
    pytest.mark.skipif(not GUZZLE.is_file(), reason="Guzzle is not installed; see `make servers`"),
]
FLAGGED = "Flagged: minors 3, violence 3, trauma 3"


def run(repository: Path, script: str, sent: Any) -> Any:
    command = [
        *(str(PHP), "-d", "display_errors=stderr", "-d", "include_path=.:/usr/share/php"),
        *(str(Path(__file__).with_name(script)), str(repository / "plugins/drupal/forewarn")),
    ]
    done = subprocess.run(
        command, input=json.dumps(sent), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def ask(
    repository: Path,
    url: str,
    article: dict[str, Any],
    key: str = "",
    total: float = 60.0,
    **given: Any,
) -> Any:
    sent = {"url": url, "key": key, "total": total, "article": article, **given}
    return run(repository, "ask.php", sent)


def test_php_reads_every_file(repository: Path) -> None:
    module = repository / "plugins" / "drupal" / "forewarn"
    files = [*module.rglob("*.php"), module / "forewarn.module"]
    assert len(files) == 5
    for file in files:
        done = subprocess.run([str(PHP), "-l", str(file)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_an_article_is_checked_and_a_save_without_changes_costs_nothing(
    repository: Path, house: servers.House
) -> None:
    said = ask(repository, house.url, ARTICLE, house.key)
    assert (said["verdict"], said["reason"], said["unchanged"]) == ("flagged", None, True)
    assert said["assessment"]["id"] == "story-815"


def test_a_text_that_was_cut_within_a_character_is_checked(
    repository: Path, house: servers.House
) -> None:
    said = ask(repository, house.url, {}, house.key, cut=f"{BODY} 🧊")
    assert said["verdict"] == "flagged"


def test_another_language_is_not_checked(repository: Path, house: servers.House) -> None:
    said = ask(repository, house.url, {"body": FINNISH}, house.key)
    assert said["verdict"] == "not_checked"
    assert said["reason"].startswith("Forewarn says: ")


def test_what_is_refused_is_final(repository: Path, house: servers.House) -> None:
    said = ask(repository, house.url, {"boddy": CANARY}, house.key)
    assert (said["verdict"], said["again"]) == ("not_checked", False)
    assert said["reason"].startswith("Forewarn answered 422: ")
    assert CANARY not in said["reason"]


def test_troubles_stop_nobody_from_publishing(
    repository: Path, house: servers.House, starting: str, hurried: str
) -> None:
    long = {"body": BODY * 40}
    with (
        servers.refused() as refused,
        servers.silent() as silent,
        servers.saying(servers.http(200, b"<p>Sign in</p>", "text/html")) as hotel,
        servers.saying(servers.moved(hotel)) as elsewhere,
        servers.saying(b"nonsense\r\n\r\n") as broken,
    ):
        for url, total, because in (
            (refused, 60.0, "Forewarn cannot be reached, or did not answer within 60 s"),
            (silent, 0.5, "Forewarn cannot be reached, or did not answer within 0.5 s"),
            (hotel, 60.0, "what answered is not Forewarn, or cannot be read"),
            (elsewhere, 60.0, "Forewarn answered 307"),
            (broken, 60.0, "the connection to Forewarn broke"),
            (house.url, 60.0, "Forewarn answered 401: "),
            (starting, 60.0, "Forewarn answered 503: "),
            (hurried, 60.0, "Forewarn answered 504: "),
        ):
            said = ask(repository, url, long, total=total)
            assert (said["verdict"], said["assessment"]) == ("not_checked", None)
            assert said["again"] is True
            assert said["reason"].startswith(because), said["reason"]


def edit(repository: Path, first: dict[str, Any], *cron: dict[str, Any], **changes: Any) -> Any:
    node = {"title": TITLE, "body": {"value": HTML, "summary": "A girl was in hospital."}}
    return run(repository, "edit.php", {**node, **changes, "first": first, "cron": cron})


def at(house: servers.House) -> dict[str, Any]:
    return {"url": house.url, "key": house.key, "total": 60.0}


def test_whoever_saves_an_article_is_told(repository: Path, house: servers.House) -> None:
    said = edit(repository, at(house))
    assert said["told"] == [f"warning: Forewarn: {FLAGGED}"] * 2
    assert said["form"]["forewarn"]["status"]["text"]["#plain_text"] == FLAGGED
    assert len(said["status"]["content_hash"]) == 64
    assert said["status"]["etag"]
    assert "artifact" in said["status"]["versions"]
    assert (said["queued"], said["left"]) == ([], [])
    assert CANARY not in json.dumps(said["status"])


def test_a_node_is_sent_with_its_texts_only(repository: Path, house: servers.House) -> None:
    article = edit(repository, at(house), language="und")["article"]
    assert article == {
        "id": "node-7",
        "title": TITLE,
        "body": [
            {"id": "body.summary", "html": "A girl was in hospital."},
            {"id": "body", "html": HTML},
            {"id": "teaser", "text": "Police said no more."},
        ],
    }


def test_other_types_are_let_be(repository: Path, house: servers.House) -> None:
    said = edit(repository, at(house), type="recipe")
    assert (said["told"], said["form"], said["status"]) == ([], [], None)


def test_what_was_not_answered_is_asked_about_again_by_cron(
    repository: Path, house: servers.House
) -> None:
    with servers.refused() as url:
        away = {"url": url, "key": house.key}
        said = edit(repository, away, away, at(house), away)
    because = "Not checked, because Forewarn cannot be reached, or did not answer within 3 s"
    assert said["told"][0] == f"warning: Forewarn: {because}"
    assert said["form"]["forewarn"]["status"]["text"]["#plain_text"] == because
    assert said["queued"][0] == {"node": 7}
    assert said["cron"] == ["suspended", FLAGGED, FLAGGED]


def test_a_fault_of_the_site_keeps_nobody_from_saving(
    repository: Path, house: servers.House
) -> None:
    said = edit(repository, {**at(house), "broken": True})
    assert said["told"] == [
        "log: Node 7 is not checked: LogicException.",
        "warning: Forewarn: Not checked, because the site failed; its log says how.",
    ]
