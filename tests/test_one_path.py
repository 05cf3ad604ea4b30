"""Training, evaluation, API and command line see the same article and say the same numbers."""

import json
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from classifier import Article, SensitivityClassifier
from classifier.calibration import read_calibration
from forewarn.__main__ import main
from labels import read_policy, read_taxonomy
from serving.api.app import create_app
from serving.bodies.body import Block, Body
from serving.settings import Settings
from serving.submission import Submission
from tests.tiny import tiny_encoder, tiny_network
from training.batches import encode_examples
from training.calibrate import artifact_logits
from training.corpus import Example
from training.evaluate import read_predictions
from training.predict import predict

TAXONOMY = read_taxonomy()
HOSTILE = {
    "plain": ("Boy killed", "The boy was killed in the city.\n\nPolice said the man was old."),
    "no title": ("", "The council said profit at the bank was up. It was late."),
    "emoji": (
        "A \U0001f494 for him",
        "His mother \U0001f469\u200d\U0001f467 died \U0001f622. The end.",
    ),
    "controls": ("Attack\x07", "The\x00 man\u00ad was in\u200bjured.\x0b\x0cHe died\u2028later."),
    "right to left": (
        "\u202bBoy\u202c",
        "The word \u05e9\u05dc\u05d5 was on the wall, police said.",
    ),
    "marks": (
        "Caf\u0065\u0301",
        "<b>The boy</b> &amp; the girl -- [city]: \u201cNo!\u201d \u2026and died.",
    ),
    "long sentence": ("War", "the man said to the boy and " * 60 + "died."),
    "long": ("The garden", "The boy was in the garden. The man died at the bank. " * 40),
    "spaces": ("  \t ", " \r\n\r\n The\u00a0man\u3000died.  \n \n \n The boy  was old.   "),
}


def hostile_articles() -> list[Article]:
    return [Article(body=body, title=title, id=name) for name, (title, body) in HOSTILE.items()]


def submitted(article: Article) -> Submission:
    return Submission(Body([Block(article.body, "text")]), article.title, article.id)


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    none = dict.fromkeys(TAXONOMY.label_ids, 0)
    return [
        Example(article, "herald", "random", none, frozenset(), frozenset(), "report", {})
        for article in hostile_articles()
    ]


def test_training_and_artifact_read_the_same_tokens(
    examples: list[Example], artifact: Path
) -> None:
    from classifier.artifact import read_manifest
    from classifier.windows import ArticleEncoder

    manifest = read_manifest(artifact)
    shipped = ArticleEncoder.from_file(artifact / "tokenizer.json", manifest.windowing)
    for item in encode_examples(examples, tiny_encoder()):
        served = list(shipped.encode(item.example.article).windows)
        assert [w.ids.tolist() for w in served] == [w.ids.tolist() for w in item.windows]
        assert [w.slots.tolist() for w in served] == [w.slots.tolist() for w in item.windows]


def test_int8_graphs_say_what_the_trained_network_says(
    examples: list[Example], artifact: Path
) -> None:
    short = [example for example in examples if example.article.id != "long"]
    trained = predict(tiny_network(), encode_examples(short, tiny_encoder()), tiny_encoder(), 40)
    exported = artifact_logits(artifact, tiny_encoder(), short)
    severities = np.stack([found.severities for found in trained])
    spread = severities.std()
    served = exported.network[:, : severities[0].size].reshape(severities.shape)
    # Without VNNI, sums of two large products are cut off: 0.09; with it, 0.01.
    assert np.abs(severities - served).mean() < 0.15 * spread
    assert np.corrcoef(severities.ravel(), served.ravel())[0, 1] > 0.99


def test_evaluation_api_and_command_say_the_same(
    examples: list[Example],
    artifact: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    classifier = SensitivityClassifier.load(artifact)
    assessments = classifier.assess([example.article for example in examples])
    direct = {
        a.id: json.loads(json.dumps(submitted(example.article).answer(a, "codepoint")))
        for a, example in zip(assessments, examples, strict=True)
    }
    measured = read_predictions(assessments, examples, TAXONOMY)
    with TestClient(create_app(Settings(artifact=artifact))) as client:
        for row, article in enumerate(hostile_articles()):
            request = {"id": article.id, "title": article.title, "body": article.body}
            if article.id == "marks":  # has tags, and is meant as plain text
                request["body_format"] = "text"
            answer = client.post("/v1/classify", json=request).json()
            policy = answer["versions"].pop("policy")
            assert policy == read_policy().full_version
            assert {key: answer[key] for key in direct[article.id]} == direct[article.id]
            file = tmp_path / f"{row}.json"
            file.write_text(json.dumps(request), "utf-8")
            main(["classify", "--json", "--artifact", str(artifact), str(file)])
            assert json.loads(capsys.readouterr().out) == direct[article.id]
            for column, label in enumerate(TAXONOMY.label_ids):
                if answer["labels"]:
                    found = answer["labels"][label]["probabilities"][1]
                    assert measured.probabilities[row, column] == found


def test_calibration_uses_the_logits_that_serving_uses(
    examples: list[Example], artifact: Path
) -> None:
    logits = artifact_logits(artifact, tiny_encoder(), examples)
    calibration = read_calibration(artifact / "calibration.json")
    scores = calibration.scores(logits.network, logits.lexical)
    expected = calibration.probabilities(scores, len(TAXONOMY.label_ids))
    assessments = SensitivityClassifier.load(artifact).assess([e.article for e in examples])
    for row, assessment in enumerate(assessments):
        if len(tiny_encoder().encode(examples[row].article).sections) > 1:
            continue  # the highest section counts, and here they are one
        for column, label in enumerate(TAXONOMY.label_ids):
            if assessment.labels:
                got = assessment.labels[label].probabilities
                assert got == pytest.approx(expected[row, 3 * column : 3 * column + 3], abs=1e-4)
