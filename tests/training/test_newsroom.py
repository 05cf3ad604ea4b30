"""A newsroom's decisions: read, dealt by story, and learned from."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from classifier import Article
from labels import read_taxonomy, write_jsonl
from tests.training.invented import invented_row
from training.config import TrainingConfig
from training.extra import learnable
from training.frozen_test import FrozenTestError
from training.newsroom import (
    FOLDS,
    NewsroomArticle,
    NewsroomError,
    read_newsroom,
    severity_table,
    split_newsroom,
)
from training.release import make_artifact

WORDS = [f"word{number}" for number in range(400)]


def decided_row(number: int, **judged: Any) -> dict[str, Any]:
    """A decision about an invented article that shares no run of words with any other."""
    row = invented_row(number)
    first = "A boy of {} was killed, police said." if number % 2 == 0 else "The bank of {} was old."
    text = f"{first.format(number)} {' '.join(f'{number}x{n}' for n in range(8))}"
    labels = {
        label: {"severity": severity, "editor": "u", "at": "now", "artifact": "a+1", **judged}
        for label, severity in row["labels"].items()
    }
    content_hash = Article(text, title=row["title"] or "").content_hash
    return {
        "id": row["id"],
        "content_hash": content_hash,
        "labels": labels,
        "text": text,
        **({"title": row["title"]} if row["title"] else {}),
    }


def decisions(path: Path, numbers: range, **judged: Any) -> Path:
    write_jsonl(path, [decided_row(number, **judged) for number in numbers])
    return path


def plain(body: str) -> NewsroomArticle:
    return NewsroomArticle(Article(body), {"violence": 1}, {"violence": 1.0})


def test_decisions_become_severities_and_inverse_probabilities(tmp_path: Path) -> None:
    path = decisions(tmp_path / "d.jsonl", range(2), sampling_probability=0.25)
    articles, told = read_newsroom(path)
    assert "2 of 2" in told
    severities, weights = severity_table(articles, read_taxonomy())
    assert severities.tolist() == [[3, 3, 3], [0, 0, 0]]
    assert weights.tolist() == [[4, 4, 4], [4, 4, 4]]


def test_without_any_text_there_is_nothing_to_learn(tmp_path: Path) -> None:
    row = decided_row(0)
    del row["text"]
    write_jsonl(tmp_path / "d.jsonl", [row])
    with pytest.raises(NewsroomError, match="--texts"):
        read_newsroom(tmp_path / "d.jsonl")


def test_near_duplicates_come_to_one_side_and_one_fold_whatever_is_added() -> None:
    stories = [f"{n} " + " ".join(WORDS[n : n + 60]) for n in range(0, 300, 60)]
    other = [" ".join(f"{n}y{m}" for m in range(30)) for n in range(60)]
    pairs = [plain(text) for text in stories] + [plain(f"Late. {text}") for text in stories]
    small = split_newsroom([*pairs, *map(plain, other[:30])])
    large = split_newsroom([*pairs, *map(plain, other)])
    for split in (small, large):
        side = {one.article.body: 0 for one in split.held_out}
        side |= {o.article.body: 1 + f for o, f in zip(split.fit, split.fold, strict=True)}
        assert all(side[text] == side[f"Late. {text}"] for text in stories)
        assert 0 < len(split.held_out) < len(split.fit)
        assert set(split.fold) <= set(range(FOLDS))
    before = {one.article.body for one in small.held_out}
    assert before <= {one.article.body for one in large.held_out}


def test_decisions_are_learned_beside_the_train_split(
    config: TrainingConfig, corpus: Path, tmp_path: Path
) -> None:
    articles, _ = read_newsroom(decisions(tmp_path / "d.jsonl", range(100, 120)))
    partly = [replace(one, severities={"violence": 3}) for one in articles]
    long = plain(" ".join(f"The boy was {n} years old at the school." for n in range(400)))
    examples, too_long = learnable([*partly, long], config)
    held_out = split_newsroom([*partly, long]).held_out
    assert len(examples) + too_long + len(held_out) == 21
    assert too_long == (long not in held_out)
    assert not {e.article.content_hash for e in examples} & {
        one.article.content_hash for one in held_out
    }
    short = replace(config, optimisation=replace(config.optimisation, epochs=1))
    made = make_artifact(short, corpus, tmp_path / "work", tmp_path / "toy", examples)
    assert f'"extra": {len(examples)}' in made.read_text("utf-8")


def test_the_frozen_test_set_is_never_trained_on(
    config: TrainingConfig, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training import frozen_test
    from training.corpus import read_split

    test = [example.article for example in read_split(corpus, "test")]
    train = read_split(corpus, "train")
    frozen_test.write_frozen_test(test[:1], tmp_path / "frozen")
    read = frozen_test.read_frozen_test(tmp_path / "frozen")
    monkeypatch.setattr(frozen_test, "read_frozen_test", lambda folder: read)
    leaked = replace(train[0], article=test[0])
    with pytest.raises(FrozenTestError, match="of the decisions"):
        make_artifact(config, corpus, tmp_path / "work", tmp_path / "toy", [leaked])
    assert not (tmp_path / "work").exists()
    with pytest.raises(FrozenTestError, match="of the train split"):
        frozen_test.leave_out_near([train[0].article, test[0]])
    near = replace(test[0], body=f"{test[0].body} It rained, and nobody came.")
    assert frozen_test.leave_out_near([near, Article("The council met.")]) == [False, True]
