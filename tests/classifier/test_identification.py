"""The check of identification, on invented articles as an editor would judge them."""

from typing import get_args

import pytest
from hypothesis import example, find, given, settings
from hypothesis import strategies as st

from classifier import Article
from classifier.identification import CueKind, find_identification
from classifier.identification.risk import MOST_CUES
from tests.classifier.texts import HOSTILE, articles

CUES: list[tuple[CueKind, str, str]] = [
    ("age_near_name", "Police were looking for Mara Quill, 9, on Friday.", "Mara Quill, 9"),
    ("age_near_name", "Police were looking for Mara Quill (9) on Friday.", "Mara Quill (9"),
    (
        "age_near_name",
        "They had found Mara Quill, aged nine, by the weir.",
        "Mara Quill, aged nine",
    ),
    ("age_near_name", "He hit nine-year-old Mara with a belt.", "nine-year-old Mara"),
    ("age_near_name", "Doctors saw the 8-month-old, Bo Tarn, at once.", "8-month-old, Bo Tarn"),
    ("age_near_name", "Mara Quill, a seventh-grader, was bullied.", "Mara Quill, a seventh-grader"),
    (
        "child_named",
        "The boy, who was named as Iván Ødegård, fled.",
        "boy, who was named as Iván Ødegård",
    ),
    ("child_named", "Her son Bo O’Hare-Tarn saw it.", "son Bo O’Hare-Tarn"),
    (
        "child_named",
        "Mara Quill, their younger daughter, saw it.",
        "Mara Quill, their younger daughter",
    ),
    ("named_relative", "His mother, Dana Quill, wept.", "mother, Dana Quill"),
    ("named_relative", "Dana Quill, the girl's aunt, wept.", "Dana Quill, the girl's aunt"),
    ("named_relative", "They met the father of little Mara.", "father of little Mara"),
    (
        "named_relative",
        "Dana Quill’s seven-year-old son saw it.",
        "Dana Quill’s seven-year-old son",
    ),
    (
        "named_relative",
        "Dana Quill fled with her two children.",
        "Dana Quill fled with her two children",
    ),
    (
        "kinship_with_accused",
        "The man was convicted of neglect of his own daughter, a girl of nine, on Elm Road.",
        "his own daughter",
    ),
    (
        "school_or_club",
        "The pupil of Tarn Hill Primary School was hurt.",
        "Tarn Hill Primary School",
    ),
    ("school_or_club", "The pupil of Tarn Hill high school was hurt.", "Tarn Hill high school"),
    ("school_or_club", "The boy plays for Tarn Hill Rovers.", "Tarn Hill Rovers"),
    (
        "street_or_place",
        "The girl lives in Elm Road with an uncle who is accused of it.",
        "Elm Road",
    ),
    (
        "street_or_place",
        "The girl is from the village of Tarnby; an uncle is accused.",
        "village of Tarnby",
    ),
    (
        "social_handle",
        "The boy, who posts as @bo_tarn, lives in Elm Road.",
        "@bo_tarn",
    ),
]

NOTHING = [
    "",
    "   ",
    "Shares in the bank rose after it reported a profit of 17 million.",
    "Dana Quill, 43, was elected to the council on Monday.",
    "The council will build a road. A boy was hurt there.",
    "A 15-year-old boy was hurt in Tarn Hill on Monday, police said.",
    "A girl was hit by a car on Elm Road.",
    "Mayor Dana Quill, 3, 2 and 1 were the numbers drawn.",
    "We spoke to children. “It is sad,” Quill said.",
    "The Child Protection Board met on Monday.",
    "Two 12-year-old French boys swam home.",
]


@pytest.mark.parametrize(("kind", "body", "quote"), CUES, ids=[quote for _, _, quote in CUES])
def test_a_cue_is_named_where_it_stands(kind: CueKind, body: str, quote: str) -> None:
    text = f"It rained. {body} It rained on."
    cues = find_identification(Article(text)).cues
    assert (kind, quote) in [(cue.kind, cue.quote) for cue in cues]
    assert all(text[cue.start : cue.end] == cue.quote for cue in cues)


@pytest.mark.parametrize("body", NOTHING)
def test_nothing_is_found_where_nothing_tells(body: str) -> None:
    found = find_identification(Article(body))
    assert (found.risk, found.cues) == ("none_found", ())
    assert len(found.reasons) == 1


@pytest.mark.parametrize(
    ("body", "risk"),
    [
        ("Mara Quill, 9, was bullied.", "likely"),
        ("The boy's mother, Dana Quill, said he goes to Tarn Hill School.", "likely"),
        ("Mara Quill, 9, died on Monday.", "possible"),
        ("The boy's mother, Dana Quill, wept.", "possible"),
        ("A pupil of Tarn Hill School was hurt.", "possible"),
        ("A girl was hurt on Elm Road.", "none_found"),
        ("A girl was hurt on Elm Road. Her uncle was charged.", "none_found"),
        ("A girl was hurt on Elm Road. The girl's uncle was charged.", "possible"),
    ],
)
def test_the_risk_grows_with_what_is_told(body: str, risk: str) -> None:
    assert find_identification(Article(body)).risk == risk


def test_a_place_counts_only_beside_a_minor() -> None:
    school = "Tarn Hill School is to get a new roof."
    far = f"A boy was hurt. {'It rained. ' * 3}{school}"
    assert find_identification(Article(far)).cues == ()
    near = f"A boy was hurt. {school}"
    assert [cue.quote for cue in find_identification(Article(near)).cues] == ["Tarn Hill School"]


def test_an_age_after_a_name_is_a_minor_too() -> None:
    body = "Mara Quill, 9, was bullied at Tarn Hill School."
    quotes = [cue.quote for cue in find_identification(Article(body)).cues]
    assert quotes == ["Mara Quill, 9", "Tarn Hill School"]


def test_a_capital_at_the_beginning_of_a_sentence_is_no_name_by_itself() -> None:
    body = "The boy laughed. Rain, aged 9 months, is no name. There was rain."
    assert find_identification(Article(body)).cues == ()


def test_in_a_headline_only_what_the_body_names_is_a_name() -> None:
    title = "Mother Held After Boy Mara Quill, 9, Is Found"
    assert find_identification(Article("It rained in the town.", title)).cues == ()
    named = find_identification(Article("They had looked for Mara Quill, 9, for days.", title))
    assert {cue.field for cue in named.cues} == {"title", "body"}
    assert named.cues[0].quote == "Boy Mara Quill"


def test_only_the_first_cues_of_a_kind_are_shown() -> None:
    body = " ".join(f"He saw Mara {chr(65 + n)}oe, 9, there." for n in range(2 * MOST_CUES))
    found = find_identification(Article(body))
    assert len(found.cues) == MOST_CUES
    assert [cue.start for cue in found.cues] == sorted(cue.start for cue in found.cues)


def test_reasons_hold_none_of_the_article() -> None:
    body = "Zzyzx Quorn, 9, is a pupil of Qwghlm School; his mother, Xanthe Quorn, was charged."
    found = find_identification(Article(body))
    assert len(found.reasons) == 4
    assert not any(name in " ".join(found.reasons) for name in ("Zzyzx", "Quorn", "Qwghlm"))


def telling_articles() -> st.SearchStrategy[Article]:
    """Articles full of cues, with characters in between that have shifted many an offset."""
    telling = ["Mara Quill", ", 9,", "(9)", "nine-year-old", "her son", "mother", "'s", "Elm Road"]
    telling += ["Tarn School", "@bo_tarn", "charged", "the boy", "of", ".", "named as", "aged 7"]
    odd = ["\u00ad", "\U0001f692", "\u200d", "\n\n", "\x00", "\ud800", "e\u0301", "\t", " "]
    piece = st.one_of(st.sampled_from(telling), st.sampled_from(odd), st.characters())
    text = st.lists(piece, max_size=40).map(" ".join) | st.lists(piece, max_size=40).map("".join)
    return st.builds(Article, body=text, title=text)


@given(articles() | telling_articles())
@example(Article(HOSTILE["emoji"], "\U0001f692 Mara\u00ad Quill, 9,\x00 found"))
@example(
    Article("\U0001f56f\ufe0f\u00ad Mara\u200d \r\n Qu\u00adill\u0301 \t, \U0001f692 9. (Bo, 9)")
)
def test_the_offsets_of_every_cue_give_its_quote(article: Article) -> None:
    for cue in find_identification(article).cues:
        source = article.title if cue.field == "title" else article.body
        assert cue.quote
        assert source[cue.start : cue.end] == cue.quote


@given(articles() | telling_articles())
def test_cues_and_risk_go_together(article: Article) -> None:
    found = find_identification(article)
    assert (found.risk == "none_found") == (not found.cues)
    assert found.reasons
    assert not any("safe" in reason for reason in found.reasons)


@pytest.mark.parametrize("kind", get_args(CueKind))
def test_the_invented_articles_hold_cues_of_every_kind(kind: CueKind) -> None:
    """So that the properties above are not of empty answers."""
    find(
        telling_articles(),
        lambda article: any(cue.kind == kind for cue in find_identification(article).cues),
        settings=settings(max_examples=3000, derandomize=True, database=None),
    )


SIZE = 200_000
ADVERSARIAL = {
    "one word": "a",
    "one capital": "A",
    "capitals": "A ",
    "names": "Ada Quill, ",
    "particles": "Ada de la de ",
    "titles": "Dr. ",
    "initials": "A. ",
    "ages": "9-year-old-",
    "almost ages": "9 year 9-year ",
    "grades": "first-grade ",
    "numbers": "9, ",
    "handles": "@a@aa ",
    "apostrophes": "a'a’a-",
    "hyphens": "-",
    "children": "son of her son ",
    "possessives": "Ada's her son's ",
    "relatives": "his mother, charged, ",
    "schools": "Tarn School of the ",
    "marks": "\u0301",
    "brackets": "(((",
    "spaces": " \n",
    "breaks in odd places": "Ada\n, 9\n\n",
    "astral": "\U0001f692",
}


@pytest.mark.parametrize("piece", ADVERSARIAL.values(), ids=ADVERSARIAL.keys())
def test_hostile_text_is_read_to_its_end(piece: str) -> None:
    body = piece * (SIZE // len(piece)) + "\n\nThey found Mara Quill, 9, at last."
    found = find_identification(Article(body))
    assert len(found.cues) <= MOST_CUES * 7
    assert found.reasons
