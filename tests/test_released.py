"""What the released artifact makes of invented articles, as an editor would judge it."""

from pathlib import Path

import numpy as np
import pytest

from classifier import Article, Assessment, SensitivityClassifier
from classifier.artifact import read_manifest, released_artifact
from classifier.batch import pad_windows
from classifier.openvino_runtime import OpenVinoRuntime
from classifier.windows import ArticleEncoder, Window
from forewarn.card import EXAMPLE, write
from forewarn.classify import read_submission

ARREST = read_submission(str(EXAMPLE)).article
MATCH = Article(
    title="Rovers shoot down United in late attack",
    body=(
        "Rovers killed off United's title hopes with two goals in the last ten minutes on "
        "Saturday. Striker Dele Amory fired the first shot past the keeper after a brutal "
        "counter-attack down the left, and captain Piet Vos buried the second from twelve "
        "yards.\n\n"
        "“We were under siege for an hour and we fought like lions,” said manager Sean Corrigan. "
        "“In the end we had too many weapons for them.” United, who have not lost at home since "
        "March, will look for revenge in the return match on 9 April."
    ),
)
TAKEOVER = Article(
    title="Calder bank fights hostile bid",
    body=(
        "Calder Bank has rejected a hostile bid of 3.1 billion from its rival Norhaven, calling "
        "the offer an ambush that would destroy value. Analysts expect a bloody battle for votes "
        "before shareholders meet in June.\n\n"
        "The bank's shares rose 6 per cent. Norhaven said it would cut 400 jobs at head office and "
        "execute the plan within eighteen months if its offer is accepted."
    ),
)
DROWNING = Article(
    title="Father and daughter, six, drown off Harrow Sands",
    body=(
        "A six-year-old girl and her father drowned on Sunday after being swept off the rocks at "
        "Harrow Sands.\n\n"
        "Lifeboat crews pulled both from the water shortly after four o'clock, but they could not "
        "be revived. The girl's mother watched from the beach as neighbours held her.\n\n"
        "Flowers and soft toys were laid at the slipway on Monday. The coastguard asked people to "
        "keep off the rocks while the swell lasts."
    ),
)
TRIAL = Article(
    title="Woman stabbed former partner in his sleep, court hears",
    body=(
        "A woman stabbed her former partner to death as he slept on her sofa, a jury was told.\n\n"
        "Prosecutors said Karin Holt, 41, had taken a kitchen knife from a drawer after an "
        "argument about money in March last year. Mr Brandt, 46, died of a wound to the chest. "
        "She denies murder. The trial continues."
    ),
)


@pytest.fixture(scope="module")
def released() -> SensitivityClassifier:
    return SensitivityClassifier.load(released_artifact())


def ask(released: SensitivityClassifier, article: Article) -> Assessment:
    return released.assess([article])[0]


def present(assessment: Assessment) -> set[str]:
    return {name for name, found in assessment.sub_labels.items() if found.present}


def test_a_child_hurt_by_an_officer(released: SensitivityClassifier) -> None:
    found = ask(released, ARREST)
    assert found.verdict == "flagged"
    assert found.labels["minors"].severity >= 2
    assert found.labels["violence"].severity >= 2
    assert {"state_force", "minor_victim", "minor_identifiable"} <= present(found)
    quotes = [evidence.quote for evidence in found.labels["violence"].evidence]
    assert any("knee into his neck" in quote for quote in quotes)
    assert not any("ferry ramp" in quote for quote in quotes)


@pytest.mark.parametrize("article", [MATCH, TAKEOVER], ids=["match", "takeover"])
def test_violent_words_without_violence(released: SensitivityClassifier, article: Article) -> None:
    assert ask(released, article).verdict == "clear"


def test_an_accident_is_no_violence(released: SensitivityClassifier) -> None:
    found = ask(released, DROWNING)
    assert found.labels["trauma"].severity == 3
    assert found.labels["minors"].severity >= 2
    assert found.labels["violence"].severity == 0
    assert {"accident_disaster", "death_grief", "minor_victim"} <= present(found)


def test_a_dry_court_report_counts(released: SensitivityClassifier) -> None:
    found = ask(released, TRIAL)
    assert found.labels["violence"].severity >= 2
    assert found.labels["minors"].severity == 0
    assert "killing" in present(found)
    assert found.treatment is not None
    assert found.treatment.label == "court"


def test_a_grave_passage_at_the_end_of_a_long_article(released: SensitivityClassifier) -> None:
    """Read to the end: forty paragraphs of business do not hide three sentences."""
    article = Article(title="", body="\n\n".join([TAKEOVER.body] * 40 + [TRIAL.body]))
    found = ask(released, article)
    assert found.labels["violence"].severity >= 2
    best = found.labels["violence"].evidence[0]
    assert best.start > len(TAKEOVER.body) * 40


def test_the_answer_does_not_hang_on_the_title(released: SensitivityClassifier) -> None:
    for article in (ARREST, DROWNING, TRIAL):
        bare = ask(released, Article(body=article.body))
        assert bare.verdict == "flagged"


@pytest.mark.parametrize(
    "body",
    [
        "Poliisi epäilee kolmea miestä törkeästä pahoinpitelystä Tampereen keskustassa. Yksi "
        "uhreista on yhä sairaalassa, ja tutkinta jatkuu.",
        "Der Junge starb am Samstag im Krankenhaus, wie die Polizei am Abend mitteilte.",
        "\U0001f622" * 300,
        "a" * 50_000,
        "\x00\x01\x02",
        "   \n ",
    ],
    ids=["Finnish", "German", "emoji", "one word", "controls", "blank"],
)
def test_what_cannot_be_read_is_never_clear(released: SensitivityClassifier, body: str) -> None:
    found = ask(released, Article(body=body))
    assert found.verdict == "not_checked"
    assert found.reason is not None
    assert found.labels == {}


@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
def test_one_sentence_of_fifty_thousand_characters(
    released: SensitivityClassifier, place: float
) -> None:
    """What is grave in it is found and shown wherever it stands, flag or not."""
    calm = "and the committee talked about the drains and the hedges and the benches " * 650
    grave = (
        "until a man walked into the hall and shot the chairman dead and police said two clerks "
        "were wounded and a boy of nine who had come with his mother was killed by a stray bullet "
    )
    middle = calm.index("and", int(place * len(calm))) if place < 1 else len(calm)
    found = ask(released, Article(body=calm[:middle] + grave + calm[middle:]))
    assert found.labels["violence"].severity >= 1
    assert any(
        word in found.labels["violence"].evidence[0].quote for word in ("shot", "wounded", "killed")
    )


@pytest.fixture(scope="module")
def encoder() -> ArticleEncoder:
    folder = released_artifact()
    return ArticleEncoder.from_file(folder / "tokenizer.json", read_manifest(folder).windowing)


@pytest.fixture(scope="module")
def runtime(encoder: ArticleEncoder) -> OpenVinoRuntime:
    return OpenVinoRuntime(released_artifact(), encoder.windowing.slots, encoder.pad_id, threads=1)


@pytest.mark.parametrize("words", [1, 4, 9, 16, 25, 36, 49, 64, 81, 100])
def test_a_short_text_is_read_as_it_is_at_full_length(
    encoder: ArticleEncoder, runtime: OpenVinoRuntime, words: int
) -> None:
    """Padding says nothing, on whatever processor this runs."""
    body = " ".join(f"{DROWNING.body} {TRIAL.body}".split()[:words])
    (window,) = encoder.encode(Article(body=body, title=DROWNING.title)).windows
    ids, slots = pad_windows([window], encoder.pad_id, 1, encoder.windowing.tokens)
    full = Window(ids[0], slots[0], window.passages)
    short, expected = runtime.vectors([window])[0], runtime.vectors([full])[0]
    assert np.square(short - expected).sum() < 0.005 * np.square(expected).sum()


def test_documents_say_what_was_measured() -> None:
    assert write(released_artifact(), check=True) == []


def test_the_artifact_fits_into_git() -> None:
    sizes = {path.name: path.stat().st_size for path in Path(released_artifact()).iterdir()}
    assert max(sizes.values()) < 50e6
    assert not [name for name in sizes if name.endswith((".pt", ".pkl"))]
