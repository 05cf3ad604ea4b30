"""The caller on Node, at a real server and at others."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.plugins import servers
from tests.plugins.invented import ARTICLE, BODY, CANARY, FINNISH, HTML

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(not NODE, reason="Node is not installed; `make servers` does that")

# Reads {article, total, steps} and says what came of the steps.
PROGRAM = """
import { Forewarn, decisionOn } from %s;
import { readFileSync } from "node:fs";
const { article, total, decision } = JSON.parse(readFileSync(0, "utf-8"));
const forewarn = Forewarn.fromEnvironment({ total });
const answer = await forewarn.classify(article);
const again = await forewarn.classify(article, answer);
const said = { ...answer, same: again === answer };
const passages = Object.values(answer.assessment?.labels ?? {}).flatMap((one) => one.evidence);
const text = (one) => (one.field === "title" ? article.title : article.body);
said.slices = passages.map((one) => [text(one).slice(one.start, one.end), one.quote]);
if (decision) {
  const given = decisionOn(answer, decision);
  said.decided = [await forewarn.decide(given, "node-1"), await forewarn.decide(given, "node-1")];
  said.decided.push(await forewarn.decide({ ...given, action: "reject" }, "node-1"));
}
console.log(JSON.stringify(said));
"""


def ask(
    repository: Path, url: str, article: dict[str, Any], key: str = "", **given: Any
) -> dict[str, Any]:
    recipe = repository / "plugins" / "recipes" / "forewarn-client.mjs"
    done = subprocess.run(
        [str(NODE), "--input-type=module", "-e", PROGRAM % json.dumps(recipe.as_uri())],
        input=json.dumps({"article": article, "total": 60_000} | given),
        env=os.environ | {"FOREWARN_URL": url, "FOREWARN_KEY": key},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_an_article_is_checked_and_a_save_without_changes_costs_nothing(
    repository: Path, house: servers.House
) -> None:
    said = ask(repository, house.url, ARTICLE, house.key)
    assert (said["verdict"], said["reason"], said["same"]) == ("flagged", None, True)


def test_slices_of_the_source_are_the_quotes(repository: Path, house: servers.House) -> None:
    said = ask(repository, house.url, ARTICLE, house.key)
    assert any("🚑" in BODY[: BODY.index(quote)] for _, quote in said["slices"] if quote in BODY)
    for source, quote in said["slices"]:
        assert source == quote


def test_slices_of_markup_hold_what_readers_see(repository: Path, house: servers.House) -> None:
    article = {"body": HTML, "body_format": "html"}
    said = ask(repository, house.url, article, house.key)
    assert said["slices"]
    shown = (("&amp;", "&"), ("&mdash;", "—"), ("&#128657;", "🚑"), ("<em>not</em>", "not"))
    for source, quote in said["slices"]:
        for markup, text in shown:
            source = source.replace(markup, text)
        assert source == quote


def test_a_decision_is_stored_once(repository: Path, house: servers.House) -> None:
    decision = {"action": "accept", "subject": "label", "subject_id": "trauma", "editor": "u-7"}
    article = {**ARTICLE, "id": "by-node"}
    said = ask(repository, house.url, article, house.key, decision=decision)
    first, second, other = said["decided"]
    assert first == second == {"stored": True, "reason": None, "again": False}
    assert (other["stored"], other["again"]) == (False, False)
    assert other["reason"].startswith("Forewarn answered 409: ")


def test_another_language_is_not_checked(repository: Path, house: servers.House) -> None:
    said = ask(repository, house.url, {"body": FINNISH}, house.key)
    assert said["verdict"] == "not_checked"
    assert said["reason"].startswith("Forewarn says: ")


@pytest.mark.parametrize(
    ("article", "status", "again"),
    [(ARTICLE, 401, True), ({"body": " "}, 422, False), ({"boddy": CANARY}, 422, False)],
)
def test_refusals_say_why(
    repository: Path,
    house: servers.House,
    article: dict[str, Any],
    status: int,
    again: bool,
) -> None:
    said = ask(repository, house.url, article, house.key if status != 401 else "fw_nobody")
    assert (said["verdict"], said["again"]) == ("not_checked", again)
    assert said["reason"].startswith(f"Forewarn answered {status}: ")
    assert CANARY not in json.dumps(said)


def test_troubles_stop_nobody_from_publishing(
    repository: Path, starting: str, hurried: str
) -> None:
    long = {"body": BODY * 40}
    away = "Forewarn cannot be reached, or the connection broke"
    with (
        servers.refused() as refused,
        servers.silent() as silent,
        servers.saying(servers.http(200, b"<p>Sign in</p>", "text/html")) as hotel,
        servers.saying(servers.moved(hotel)) as elsewhere,
        servers.saying(b"") as broken,
        servers.saying(*servers.drops({"verdict": "clear"}), pause=0.1) as dripping,
    ):
        for url, total, because in (
            (refused, 60_000, away),
            (silent, 500, "no answer came from Forewarn within 0.5 s"),
            (dripping, 500, "no answer came from Forewarn within 0.5 s"),
            (hotel, 60_000, "what answered is not Forewarn, or cannot be read"),
            (elsewhere, 60_000, away),
            (broken, 60_000, away),
            (starting, 60_000, "Forewarn answered 503: "),
            (hurried, 60_000, "Forewarn answered 504: "),
        ):
            said = ask(repository, url, long, total=total)
            assert (said["verdict"], said["assessment"]) == ("not_checked", None)
            assert said["again"] is True
            assert said["reason"].startswith(because), said["reason"]
