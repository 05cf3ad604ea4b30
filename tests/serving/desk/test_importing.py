"""From the run of an archive to the queue."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from forewarn.__main__ import main
from serving.desk.importing import import_run
from serving.store.queue_items import Filters
from serving.store.store import Store, open_store
from tests.serving.archive.tables import invented_rows, write_run

ACTOR = "command:test"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/forewarn.db", retain_text=True)
    yield store
    store.close()


def test_what_was_flagged_waits_and_a_sample_of_the_rest(store: Store, tmp_path: Path) -> None:
    rows = [one for one in invented_rows(300) if one["copy"] != "exact"]
    flagged = sum(one["verdict"] == "flagged" for one in rows)
    clear = sum(one["verdict"] == "clear" for one in rows)
    folder = write_run(tmp_path / "run", invented_rows(300))
    done = import_run(store, folder, ACTOR, sample=20)
    assert (done.flagged, done.sample, done.counted) == (flagged, 20, True)
    assert done.drawing == pytest.approx(20 / clear)
    assert store.queue.count(Filters(source="archive")) == flagged + 20
    sample = store.queue.page(Filters(sample=True)).items
    assert {item.drawing for item in sample} == {done.drawing}
    assert {item.record["verdict"] for item in sample} == {"clear"}


def test_a_second_import_changes_nothing(store: Store, tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", invented_rows(100))
    first = import_run(store, folder, ACTOR, sample=10)
    before = [item.id for item in store.queue.page(Filters()).items]
    again = import_run(store, folder, ACTOR, sample=10)
    assert (again.flagged, again.drawing, again.counted) == (first.flagged, first.drawing, False)
    assert [item.id for item in store.queue.page(Filters()).items] == before


def test_each_clear_article_is_as_likely_to_be_drawn(store: Store, tmp_path: Path) -> None:
    """Over many runs, which differ in their versions, each is drawn about as often."""
    rows = [one | {"verdict": "clear", "copy": None} for one in invented_rows(20)]
    drawn = dict.fromkeys((f"{one['source']}#{one['position']}" for one in rows), 0)
    runs = 100
    for number in range(runs):
        versions = {"artifact": str(number), "taxonomy": "1.0", "policy": "p", "code": "0"}
        folder = write_run(f"memory://import-{number}", rows, versions=versions)
        import_run(store, folder, ACTOR, sample=5)
        run = store.audit.page(limit=1_000).items[-1].subject_id
        for item in store.queue.page(Filters(sample=True), limit=1_000).items:
            drawn[item.name] += item.origin == run
    assert sum(drawn.values()) == 5 * runs
    assert min(drawn.values()) > 10  # 25 in the mean, with a standard deviation of 4
    assert max(drawn.values()) < 42


def test_the_command_says_what_came_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOREWARN_DATABASE", f"sqlite:///{tmp_path}/forewarn.db")
    write_run(tmp_path / "run", invented_rows(50))
    assert main(["queue", "import", str(tmp_path / "run"), "--sample", "3"]) == 0
    assert "and 3 clear ones, drawn with probability" in capsys.readouterr().out
    assert main(["queue", "import", str(tmp_path / "run"), "--sample", "3"]) == 0
    assert "nothing was counted twice" in capsys.readouterr().out
    assert main(["queue", "import", str(tmp_path / "nowhere")]) == 2
