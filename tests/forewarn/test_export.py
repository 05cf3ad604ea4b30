"""`forewarn export` and `forewarn decisions`: what editors decided goes out, or is forgotten."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from classifier import Article
from labels import read_decided, write_jsonl
from serving.store.decisions import NewDecision
from serving.store.store import open_store
from tests.forewarn.conftest import Command

STORIES = {
    "1": Article("He had struck a canary seller.", title="At the fair"),
    "2": Article("The council met on Monday."),
}


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with a decision about each story."""
    url = f"sqlite:///{tmp_path}/forewarn.db"
    monkeypatch.setenv("FOREWARN_DATABASE", url)
    store = open_store(url)
    for id_, article in STORIES.items():
        decision = NewDecision(
            action="edit",
            subject="label",
            subject_id="violence",
            article_id=id_,
            content_hash=article.content_hash,
            editor="u-1",
            idempotency_key=id_,
            artifact_version="a+1",
            taxonomy_version="1.0",
            code_version="0.1.0",
            severity_before=2,
            severity_after=1,
        )
        store.decisions.record(decision)
        if id_ == "1":
            other = replace(decision, editor="u-2", severity_after=3, idempotency_key="other")
            store.decisions.record(other)
    store.close()
    return url


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    rows = [{"id": id_, "title": a.title or None, "text": a.body} for id_, a in STORIES.items()]
    write_jsonl(tmp_path / "texts.jsonl", rows)
    return tmp_path / "texts.jsonl"


def test_annotations_go_out_and_conflicts_are_told(
    command: Command, url: str, texts: Path, tmp_path: Path
) -> None:
    out = tmp_path / "decided.jsonl"
    answered = command("export", "--to", out)
    assert answered.status == 0, answered.err
    assert "editors gave 1, 3; the last one holds" in answered.out
    one, two = read_decided(out)
    assert (one.labels["violence"].severity, two.labels["violence"].severity) == (3, 1)
    assert one.text is None
    assert command("export", "--to", out, "--texts", texts).status == 0
    one, two = read_decided(out)
    assert (one.title, one.text) == ("At the fair", "He had struck a canary seller.")
    assert (two.title, two.text) == (None, "The council met on Monday.")


@pytest.mark.parametrize("form", ["label-studio", "prodigy"])
def test_tasks_need_texts(
    form: str, command: Command, url: str, texts: Path, tmp_path: Path
) -> None:
    out = tmp_path / "tasks.json"
    refused = command("export", "--to", out, "--format", form)
    assert refused.status == 2
    assert "--texts" in refused.err
    assert not out.exists() or not out.read_text()
    assert command("export", "--to", out, "--format", form, "--texts", texts).status == 0
    written = out.read_text("utf-8")
    tasks = json.loads(written) if form == "label-studio" else written.splitlines()
    assert len(tasks) == 2
    assert "canary" in written


def test_deleted_articles_are_left_out_or_forgotten(
    command: Command, url: str, tmp_path: Path
) -> None:
    out, gone = tmp_path / "decided.jsonl", STORIES["1"].content_hash
    (tmp_path / "deleted.txt").write_text(f"{gone}\n", "utf-8")
    assert command("export", "--to", out, "--deleted", tmp_path / "deleted.txt").status == 0
    assert [one.id for one in read_decided(out)] == ["2"]
    forgotten = command("decisions", "forget", gone)
    assert (forgotten.status, forgotten.out) == (0, f"{gone}: 2 decisions removed\n")
    assert command("decisions", "forget", gone).status == 1
    assert command("export", "--to", out).status == 0
    assert [one.id for one in read_decided(out)] == ["2"]
    store = open_store(url)
    entries = [e for e in store.audit.page().items if e.action == "decision.forget"]
    store.close()
    assert [(e.subject_id, e.old) for e in entries] == [(gone, {"decisions": 2, "queued": 0})]
    assert entries[0].actor.startswith("command:")
