"""What the house policy proposes comes with the answer, anchored like evidence."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from classifier import SensitivityClassifier
from labels import PolicyError, read_policy
from serving.api import examples
from serving.api.app import create_app
from serving.settings import Settings

HTML = (
    "<p>The boy, 12,\u00a0was &amp; is in <b>hospital</b>.</p><!-- x --><p>Police killed a man.</p>"
)


def ask(client: TestClient, query: str = "", **article: Any) -> dict[str, Any]:
    response = client.post(f"/v1/classify{query}", json=examples.request() | article)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_proposals_name_their_rules_and_reasons(client: TestClient) -> None:
    answer = ask(client)
    rules = {rule.id for rule in read_policy().rules}
    (note,) = answer["notes"]
    assert len(note["text"].split()) <= 20
    for proposal in (note, *answer["checks"], *answer["actions"]):
        assert proposal["reason"]
        assert proposal["rules"]
        assert set(proposal["rules"]) <= rules
    assert answer["versions"]["policy"] == read_policy().full_version


def test_passages_of_proposals_stand_where_they_say(client: TestClient) -> None:
    push = "Police: boy killed. \U0001f692"
    answer = ask(client, "?offset_unit=utf8", body=HTML, push=push)
    sources = {"title": examples.ARTICLE.title, "body": HTML, "push": push}
    passages = [
        passage
        for proposal in (*answer["notes"], *answer["checks"])
        for passage in proposal["passages"]
    ]
    passages += answer["identification"]["cues"]
    assert passages
    for passage in passages:
        source = sources[passage["field"]].encode()[passage["start"] : passage["end"]].decode()
        if passage["field"] != "body":
            assert source == passage["quote"]
        else:
            assert source[0] == passage["quote"][0]
            assert source[-1] == passage["quote"][-1]


def test_what_was_not_checked_has_one_check_and_nothing_else(client: TestClient) -> None:
    answer = ask(client, language="fi")
    assert answer["verdict"] == "not_checked"
    assert [check["id"] for check in answer["checks"]] == ["not_checked"]
    assert answer["notes"] == answer["actions"] == answer["help_lines"] == []
    assert answer["identification"] is None


def test_the_locale_words_the_note(client: TestClient) -> None:
    english, german = ask(client), ask(client, "?locale=de-AT")
    policy = read_policy()
    topics = english["notes"][0]["topics"]
    assert german["notes"][0]["text"] == policy.note(topics, "de")
    assert english["notes"][0]["text"] == policy.note(topics, "en")
    assert german["labels"] == english["labels"]


def test_a_deployments_locale_is_the_default(
    settings: Settings, classifier: SensitivityClassifier
) -> None:
    german = settings.model_copy(update={"locale": "de"})
    with TestClient(create_app(german, classifier)) as client:
        note = ask(client)["notes"][0]
    assert note["text"] == read_policy().note(note["topics"], "de")


@pytest.mark.parametrize("query", ["?locale=not%20one", "?country=england", "?iptc=perhaps"])
def test_options_that_are_none_are_refused(client: TestClient, query: str) -> None:
    assert client.post(f"/v1/classify{query}", json=examples.request()).status_code == 422


def test_the_policy_in_force_is_told(client: TestClient, app: FastAPI) -> None:
    told = client.get("/v1/policy").json()
    policy = app.state.policy
    assert told["digest"] == policy.digest
    assert [rule["id"] for rule in told["rules"]] == [rule.id for rule in policy.rules]
    assert "examples" not in told


def test_a_policy_that_cannot_be_used_stops_the_start(
    settings: Settings, classifier: SensitivityClassifier, tmp_path: Path
) -> None:
    path = tmp_path / "house.toml"
    path.write_text("nmae = 'ours'\n", "utf-8")
    with pytest.raises(PolicyError, match=r"house\.toml:1: .*name"):
        create_app(settings.model_copy(update={"policy": path}), classifier)
