"""From a corpus to an artifact, its figures and its documents, with a toy network."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_model, save_model
from torch import Tensor

from classifier import Article, SensitivityClassifier
from classifier.errors import ArtifactError
from classifier.network import Network
from labels import read_taxonomy
from training.build import Shape, build_encoder, build_network, read_shape
from training.card import fill_tables, model_card, results_table
from training.config import TrainingConfig
from training.corpus import read_split
from training.distillation import read_lesson, to_hard_swish
from training.evaluate import evaluate, false_alarms
from training.leave_out import deal_sources, leave_sources_out
from training.release import distil_artifact, make_artifact
from training.self_training import judge_unlabelled


@pytest.fixture(scope="module")
def made(config: TrainingConfig, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    make_artifact(config, corpus, folder / "run", folder / "toy")
    return folder / "toy"


def test_the_artifact_has_learned_and_shows_why(made: Path) -> None:
    classifier = SensitivityClassifier.load(made)
    grave, calm = classifier.assess(
        [
            Article(body="It was late. A boy of 9 was killed at the school, police said."),
            Article(body="The council said the garden in the city was old. It was late."),
        ]
    )
    assert grave.verdict == "flagged"
    assert grave.labels["violence"].evidence[0].quote.startswith("A boy of 9")
    assert calm.labels["violence"].probabilities[1] < grave.labels["violence"].probabilities[1]


def test_evaluation_writes_figures_beside_baselines(
    made: Path, corpus: Path, config: TrainingConfig, tmp_path: Path
) -> None:
    leave_sources_out(config, corpus, tmp_path, made / "leave_out.json", folds=2)
    result = evaluate(made, corpus)
    assert result == json.loads((made / "metrics.json").read_text())
    violence = result["classifier"]["labels"]["violence"]
    assert violence["positives"] == 8
    assert violence["average_precision"]["value"] > 0.9
    assert set(result["baselines"]) == {"keywords", "tfidf"}
    assert sum(found["articles"] for found in result["by_source"].values()) == 16
    card = model_card(made, result, read_taxonomy())
    assert card.startswith("---\nlanguage: en\n")
    assert results_table(result) in card
    assert "$" not in card


def test_a_second_network_learns_from_the_first_artifact(
    config: TrainingConfig, corpus: Path, tmp_path: Path
) -> None:
    short = replace(config.optimisation, epochs=2)
    again = replace(config.self_training, articles=8, candidates=10, epochs=2)
    taught = replace(config, optimisation=short, self_training=again)
    make_artifact(taught, corpus, tmp_path / "work", tmp_path / "toy")
    articles = json.loads((tmp_path / "toy" / "artifact.json").read_text())["origin"]["articles"]
    assert articles == {"train": 24, "dev": 16, "judged": 8}
    judged = judge_unlabelled(tmp_path / "work" / "first", corpus, again, seed=1)
    asked = SensitivityClassifier.load(tmp_path / "work" / "first").assess(
        [example.article for example in judged]
    )
    for example, found in zip(judged, asked, strict=True):
        assert example.evidence is None
        assert example.soft is not None
        said = [label.probabilities for label in found.labels.values()]
        assert example.soft.severities == pytest.approx(np.array(said))


def test_a_faster_network_learns_from_the_artifact(
    made: Path, config: TrainingConfig, corpus: Path, tmp_path: Path
) -> None:
    """It reads tokens two by two, without GELU, and has its teacher's vectors, or nearly."""
    lesson = replace(config.distillation, merge_after=1, articles=10, encoder_rates=[3e-3] * 4)
    optimisation = replace(config.optimisation, averaging=0.5)
    asked = replace(config, distillation=lesson, optimisation=optimisation)
    work, out = tmp_path / "work", tmp_path / "student"
    distil_artifact(asked, made, corpus, work, out)
    assert read_shape(out) == Shape(merge_after=1, hidden_act="hardswish")
    manifests = [json.loads((folder / "artifact.json").read_text()) for folder in (made, out)]
    assert manifests[1]["origin"]["teacher"] == manifests[0]["version"]
    items = read_lesson(made, build_encoder(asked), read_split(corpus, "dev"), tmp_path)
    student = read_lesson(out, build_encoder(asked), read_split(corpus, "dev"), tmp_path)
    wanted, found = (
        np.concatenate([item.vectors for item in one.items if item.vectors is not None])
        for one in (items, student)
    )
    assert np.square(found - wanted).sum() < 0.3 * np.square(wanted).sum()
    before = (out / "network.safetensors").read_bytes()
    distil_artifact(asked, made, corpus, work, out)  # all is there: nothing is learned anew
    assert (out / "network.safetensors").read_bytes() == before


def test_weights_made_for_the_hard_swish_say_nearly_what_they_said(
    config: TrainingConfig, tmp_path: Path
) -> None:
    taxonomy = read_taxonomy()
    gelu = build_network(config, taxonomy, 0)
    with torch.no_grad():
        for name, weight in gelu.encoder.named_parameters():
            if ".intermediate.dense.weight" in name or ".output.dense.weight" in name:
                weight.mul_(15)  # as far from nothing as trained ones
    as_it_was = tmp_path / "gelu.safetensors"
    save_model(gelu, str(as_it_was))
    ids = torch.randint(5, 60, (8, 32), generator=torch.Generator().manual_seed(1))

    def said(network: Network) -> Tensor:
        with torch.inference_mode():
            return network.eval().encoder(ids, torch.zeros_like(ids))  # type: ignore[no-any-return]

    wanted = said(gelu)

    def distance(weights: Path) -> float:
        network = build_network(config, taxonomy, 0, Shape(hidden_act="hardswish"))
        load_model(network, str(weights))
        return float((said(network) - wanted).square().sum() / wanted.square().sum())

    made_for_it = distance(to_hard_swish(as_it_was, tmp_path / "hard-swish.safetensors"))
    assert made_for_it < 0.01
    assert made_for_it < distance(as_it_was) / 4


def test_a_teacher_of_other_windows_is_refused(
    made: Path, config: TrainingConfig, corpus: Path, tmp_path: Path
) -> None:
    other = replace(config, windowing=replace(config.windowing, tokens=64))
    with pytest.raises(ArtifactError, match="same windowing"):
        distil_artifact(other, made, corpus, tmp_path / "work", tmp_path / "out")


def test_false_alarms_count_hard_articles_that_are_clear_everywhere(
    made: Path, corpus: Path
) -> None:
    test = read_split(corpus, "test")
    assessments = SensitivityClassifier.load(made).assess([e.article for e in test])
    alarmed = [replace(a, verdict="flagged") for a in assessments]
    found = false_alarms(alarmed, test)
    hard = [e for e in test if e.stratum == "hard" and not any(e.labels.values())]
    assert found == {"articles": len(hard), "flagged": len(hard), "rate": 1.0}


def test_every_source_is_left_out_once(
    config: TrainingConfig, corpus: Path, tmp_path: Path
) -> None:
    examples = read_split(corpus, "train")
    assert sorted(s for fold in deal_sources(examples, 2) for s in fold) == ["gazette", "herald"]
    found = leave_sources_out(config, corpus, tmp_path, tmp_path / "out.json", folds=2)
    sizes = [fold["trained_on"] + fold["left_out"]["articles"] for fold in found["folds"]]
    assert sizes == [24, 24]
    again = leave_sources_out(config, corpus, tmp_path, tmp_path / "out.json", folds=2)
    assert again == found


def test_a_document_without_a_place_for_a_table_is_refused() -> None:
    document = "# A\n<!-- begin one -->old<!-- end one -->\nrest"
    assert fill_tables(document, {"one": "new"}).splitlines()[1:4] == [
        "<!-- begin one -->",
        "new",
        "<!-- end one -->",
    ]
    with pytest.raises(ValueError, match="no place for the table 'two'"):
        fill_tables(document, {"two": "new"})
