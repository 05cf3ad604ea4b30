"""Articles that only together tell who a minor is: what is found, what is kept, what is not."""

import contextlib
import string
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.archive.elements import find_elements
from serving.archive.jigsaw import JIGSAW, PAIRS, Jigsaw, days_of, is_protected, write_pairs
from serving.archive.output import Folder
from serving.archive.parts import result_parts
from serving.archive.record import Record
from serving.bodies.body import Body, read_block
from serving.submission import Submission
from tests.serving.archive.tables import row, write_run

REPORT = """A man who hurt a girl of eight over two years was jailed for nine years yesterday.

Wexcombe Crown Court heard that the abuse took place at a house in Tollgate Lane, where the girl
lived. She cannot be named for legal reasons. Her teachers at Saltmarsh Primary School raised the
alarm, Detective Sergeant Ruth Amery said. The jury had heard from Nora Pellow, 52, of the charity
Harbour Lights; Pellow spoke of a child who no longer slept.
"""
NEIGHBOURS = """Neighbours in Tollgate Lane spoke of their shock as Marlow Stent began his sentence.

Stent, 44, a roofer, moved there in spring with his two stepdaughters and a dog. "He kept himself to
himself," said one of those who live near by.
"""
ACCUSED = """A roofer was jailed for nine years yesterday for hurting a girl of eight.

Marlow Stent, 44, had denied everything. The girl cannot be named for legal reasons. Judge Peter
Quayle told Stent that he had shown no remorse.
"""
FAMILY = """The roof of the chapel will be mended by volunteers after all.

The work had stopped when Marlow Stent, 44, was arrested. The rest of the trade in the town stood
in for him, and nobody was paid for it, the vicar told those who came to the meeting on Sunday in
the hall. Stent had promised to mend it when his daughter was christened there.
"""
ELSEWHERE = "Marlow Stent, 44, won the raffle at the roofers' dinner. Stent gave the ham away."

Days = Sequence[tuple[str, str | None]]  # bodies and dates


def record(body: str, day: str | None = "2024-05-04", number: int = 0) -> Record:
    submission = Submission(Body([read_block(body)]), "A report", f"article-{number}")
    return Record(submission, f"line {number + 1}", None, day)


def add(index: Jigsaw, articles: Days, shard: int = 0) -> None:
    """The articles as one shard; the first is number 0."""
    with index.shard(shard):
        for number, (body, day) in enumerate(articles):
            index.add(shard, number, "a0.jsonl", record(body, day, number))


def pairs(path: Path, articles: Days, **options: int) -> list[dict[str, Any]]:
    """What is found where the first article has a protected minor."""
    with contextlib.closing(Jigsaw(path / "jigsaw.sqlite")) as index:
        add(index, articles)
        return list(index.pairs([(0, 0)], **options))


def shown(found: dict[str, Any], body: str, other: str) -> tuple[str, str]:
    """What stands at the offsets in both articles."""
    return (
        body[found["start"] : found["end"]],
        other[found["other_start"] : found["other_end"]],
    )


def test_the_street_of_one_article_and_the_stepfather_of_another(tmp_path: Path) -> None:
    found = pairs(tmp_path, [(REPORT, "2024-05-04"), (NEIGHBOURS, "2024-05-06")])

    assert len(found) == 1
    assert found[0] | {"start": 0, "end": 0, "other_start": 0, "other_end": 0} == {
        "source": "a0.jsonl",
        "position": "line 1",
        "id": "article-0",
        "date": "2024-05-04",
        "other_source": "a0.jsonl",
        "other_position": "line 2",
        "other_id": "article-1",
        "other_date": "2024-05-06",
        "days": 2,
        "kind": "place",
        "articles": 2,
        **dict.fromkeys(("start", "end", "other_start", "other_end"), 0),
    }
    assert shown(found[0], REPORT, NEIGHBOURS) == ("Tollgate Lane", "Tollgate Lane")


def test_an_adult_whose_child_only_the_other_article_tells(tmp_path: Path) -> None:
    found = pairs(tmp_path, [(ACCUSED, "2024-05-04"), (FAMILY, "2024-04-20")])

    assert [(one["kind"], one["days"]) for one in found] == [("adult", -14)]
    # In the other article that is shown which stands beside 'his daughter'.
    assert shown(found[0], ACCUSED, FAMILY) == ("Marlow Stent", "Stent")
    assert found[0]["other_start"] > FAMILY.index("Sunday")


def test_a_school_where_somebody_s_child_is(tmp_path: Path) -> None:
    other = (
        "Ida Trewin, 39, whose son goes to Saltmarsh Primary, asks for a crossing. Trewin has "
        "gathered 300 signatures in the playground."
    )
    found = pairs(
        tmp_path,
        [(REPORT, "2024-05-04"), (other.replace("Primary,", "Primary School,"), "2024-05-05")],
    )

    assert [one["kind"] for one in found] == ["school"]


@pytest.mark.parametrize(
    ("first", "other"),
    [
        (ACCUSED, ELSEWHERE),  # tells nothing of a child
        (FAMILY, FAMILY.replace("chapel", "church")),  # the first article tells it already
        (REPORT, ACCUSED),  # nothing in common
        (
            ACCUSED,
            FAMILY.replace("Marlow Stent", "Marlow Stent-Reed").replace("Stent had", "He had"),
        ),
    ],
)
def test_no_pair(tmp_path: Path, first: str, other: str) -> None:
    assert pairs(tmp_path, [(first, "2024-05-04"), (other, "2024-05-05")]) == []


def test_a_witness_who_is_named_in_both_but_not_tied_to_a_child(tmp_path: Path) -> None:
    other = NEIGHBOURS.replace("Tollgate Lane", "the town") + (
        "\nNora Pellow, 52, will open the fair of the charity on Saturday at noon, where there is "
        "a band; Pellow hopes for sun."
    )

    assert pairs(tmp_path, [(REPORT, "2024-05-04"), (other, "2024-05-05")]) == []


@pytest.mark.parametrize(
    ("days", "window", "found"),
    [(30, 30, 1), (31, 30, 0), (-30, 30, 1), (-31, 30, 0), (31, 60, 1), (0, 0, 1), (1, 0, 0)],
)
def test_within_days(tmp_path: Path, days: int, window: int, found: int) -> None:
    other = (date(2024, 5, 4) + timedelta(days)).isoformat() + "T22:15:00Z"
    articles = [(ACCUSED, "2024-05-04"), (FAMILY, other)]

    assert [one["days"] for one in pairs(tmp_path, articles, window=window)] == [days] * found


@pytest.mark.parametrize(
    ("first", "other", "found"),
    [
        (None, "2024-05-04", True),
        ("2024-05-04", None, True),
        (None, None, True),
        ("in spring", "2024-05-04", True),
        ("2024", "2024-05-04", True),
        ("2024-05-04", "2024-06", True),
        ("2024-05-04", "2024-07", False),
        ("2024-05-04", "2023", False),
    ],
)
def test_a_day_that_is_not_known_may_be_any(
    tmp_path: Path, first: str | None, other: str | None, found: bool
) -> None:
    days = [one["days"] for one in pairs(tmp_path, [(ACCUSED, first), (FAMILY, other)])]

    assert days == ([None] if found else [])


def test_names_that_many_articles_carry_are_passed_over(tmp_path: Path) -> None:
    articles = [(ACCUSED, "2024-05-04"), (FAMILY, "2024-05-04"), *[(ELSEWHERE, "1999-01-01")] * 3]

    assert [one["articles"] for one in pairs(tmp_path, articles, most=5)] == [5]
    assert pairs(tmp_path, articles, most=4) == []


def test_offsets_are_those_of_the_markup_that_the_archive_keeps(tmp_path: Path) -> None:
    first, other = (
        "<p>" + text.replace("\n\n", "</p>\n<p>").replace("Marlow", "Marlow&nbsp;") + "</p>"
        for text in (ACCUSED.replace("Marlow ", "Marlow"), FAMILY.replace("Marlow ", "Marlow"))
    )
    (found,) = pairs(tmp_path, [(first, "2024-05-04"), (other, "2024-05-05")])

    assert shown(found, first, other) == ("Marlow&nbsp;Stent", "Stent")


def test_the_index_holds_no_name(tmp_path: Path) -> None:
    index = Jigsaw(tmp_path / "index/jigsaw.sqlite")
    add(index, [(text, "2024-05-04") for text in (REPORT, NEIGHBOURS, ACCUSED, FAMILY)])
    assert list(index.pairs([(0, 2)]))
    kept = b"".join(file.read_bytes() for file in (tmp_path / "index").iterdir()).lower()
    index.close()
    kept += (tmp_path / "index/jigsaw.sqlite").read_bytes().lower()

    assert b"article-3" in kept
    names = ("marlow", "stent", "pellow", "tollgate", "saltmarsh", "wexcombe")
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        assert [name for name in names if name.encode(encoding) in kept] == []
    assert (tmp_path / "index/jigsaw.sqlite").stat().st_mode & 0o077 == 0


def test_two_indexes_cannot_be_compared(tmp_path: Path) -> None:
    hashes = []
    for name in ("one", "two"):
        index = Jigsaw(tmp_path / name)
        add(index, [(REPORT, "2024-05-04")])
        hashes.append(set(index._base.execute("SELECT name FROM elements").fetchall()))
        index.close()

    assert len(hashes[0]) == len(hashes[1]) > 0
    assert not hashes[0] & hashes[1]


BODIES = st.sampled_from([REPORT, NEIGHBOURS, ACCUSED, FAMILY, ELSEWHERE, "Nothing."])
DATES = st.sampled_from([None, "2024", "2024-05", "2024-05-04", "2024-05-20", "2024-07-01"])
SHARDS = st.lists(
    st.lists(st.tuples(BODIES, DATES), min_size=1, max_size=4), min_size=1, max_size=4
)


class InterruptionError(Exception):
    """The run ends here."""


@settings(max_examples=25, deadline=None)
@given(shards=SHARDS, kills=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=4))
def test_a_run_that_goes_on_finds_what_an_unbroken_one_does(
    shards: list[Days], kills: list[tuple[int, int]]
) -> None:
    protected = [(n, row) for n, shard in enumerate(shards) for row in range(len(shard))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        with contextlib.closing(Jigsaw(path / "unbroken")) as index:
            for number, shard in enumerate(shards):
                add(index, shard, number)
            expected = list(index.pairs(protected))
        for kill in [*kills, None]:
            with (
                contextlib.closing(Jigsaw(path / "broken")) as index,
                contextlib.suppress(InterruptionError),
            ):
                _add_until(index, shards, kill)
        with contextlib.closing(Jigsaw(path / "broken")) as index:
            assert index.shards == len(shards)
            assert list(index.pairs(protected)) == expected


def _add_until(index: Jigsaw, shards: list[Days], kill: tuple[int, int] | None) -> None:
    """All shards from the first on, though the index may have some; killed in one of them."""
    for number, shard in enumerate(shards):
        with index.shard(number):
            for row_, (body, day) in enumerate(shard):
                if (number, row_) == kill:
                    raise InterruptionError
                index.add(number, row_, "a0.jsonl", record(body, day, row_))


def test_pairs_of_a_run(tmp_path: Path) -> None:
    involved = row(0, (2, 0, 0), identification="possible")
    rows = [involved, row(1), row(2, (1, 0, 0), identification="possible"), row(3), involved]
    bodies = [ACCUSED, FAMILY, ACCUSED, NEIGHBOURS, REPORT]
    folder = write_run(tmp_path / "run", rows, shard=3)
    kept = []
    for name in ("one", "two"):
        with contextlib.closing(Jigsaw(tmp_path / name)) as index:
            add(index, [(body, "2024-05-04") for body in bodies[:3]])
            add(index, [(body, "2024-05-04") for body in bodies[3:]], shard=1)
            assert write_pairs(folder, index, result_parts(folder)) == 3
        kept.append(folder.read(PAIRS))
    table = pq.read_table(folder.open(PAIRS))

    assert kept[0] == kept[1]  # whatever the key of the index
    assert table.schema == JIGSAW
    columns = ("position", "other_position", "kind")
    assert list(zip(*(table[name].to_pylist() for name in columns), strict=True)) == [
        ("line 1", "line 2", "adult"),
        ("line 1", "line 1", "adult"),  # of the second shard
        ("line 2", "line 1", "place"),  # of the second shard
    ]


def test_a_run_without_pairs_has_an_empty_table(tmp_path: Path) -> None:
    folder = Folder(str(tmp_path))
    with contextlib.closing(Jigsaw(tmp_path / "index")) as index:
        assert write_pairs(folder, index, []) == 0

    assert pq.read_table(folder.open(PAIRS)).schema == JIGSAW


@pytest.mark.parametrize(
    ("sub_labels", "identification", "protected"),
    [
        ({"minor_identifiable"}, "none_found", True),
        (set(), "possible", True),
        (set(), "likely", True),
        ({"minor_in_proceedings"}, "none_found", True),
        ({"minor_victim", "sexual_violence"}, "none_found", True),
        ({"minor_victim", "killing"}, "none_found", False),
        ({"sexual_violence"}, "none_found", False),
        (set(), None, False),
    ],
)
def test_who_is_protected(
    sub_labels: set[str], identification: str | None, protected: bool
) -> None:
    assert is_protected(sub_labels, identification) is protected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Yesterday Tom Quill, 41, wept. Quill left.", ["tom quill"]),
        ("It was Tom J. Quill who wept, said Mrs Ada Quill.", ["tom quill", "ada quill"]),
        ("Ada Quill, 9, wept. Ada Quill left.", []),
        ("Nine-year-old Ada Quill wept.", []),
        ("Judge Tom Quill and Inspector Ada Quill left.", []),
        ("The solicitor Tom Quill left for Tarnby in the NORTH WEST.", []),
        ("They met Ludwig van der Molen.", ["ludwig van der molen"]),
        ("He goes to Tarn Hill Primary School, near Elm Road.", ["tarn hill primary", "elm road"]),
        ("He goes to Ashby high school in the village of Tarnby.", ["ashby high", "tarnby"]),
        ("Tom Quill\nAda Tarn", ["tom quill", "ada tarn"]),
        ("", []),
    ],
)
def test_elements(text: str, names: list[str]) -> None:
    assert [one.name for one in find_elements(text)] == names


@pytest.mark.parametrize(
    ("text", "tied"),
    [
        ("Tom Quill, 41, the girl's stepfather, wept.", True),
        ("Tom Quill's two small children wept.", True),
        ("Tom Quill, 41, was jailed for what he did to his own daughter.", True),
        ("Her father, Tom Quill, wept.", True),
        ("Tom Quill wept." + " It rained." * 20 + " Mr Quill's daughter left.", True),
        ("Tom Quill, 41, wept. A girl was in the hall.", False),
        (
            "Tom Quill, 41, wept for the rest of the long day in the court; a father wept too.",
            False,
        ),
        (
            "Tom Quill, 41, wept. Nobody said anything for a time."
            + " It rained." * 9
            + " His son left.",
            False,
        ),
    ],
)
def test_ties_to_a_child(text: str, tied: bool) -> None:
    assert [one.kin is not None for one in find_elements(text)] == [tied]


LETTERS = st.text(
    st.sampled_from(string.ascii_letters[:4] + "AZÉŁ 's.,\n\u0301\ud800😀9-"), max_size=80
)
WORDS = st.lists(
    st.sampled_from(["Tom", "Quill", "his son", "father", "Elm Road", "9,", "\n", "School", "of"])
    | LETTERS
)


@settings(max_examples=60, deadline=None)
@given(WORDS.map(" ".join))
def test_elements_stand_where_they_say(text: str) -> None:
    found = find_elements(text)

    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        assert text[one.start].isupper()
        last = text[one.start : one.end].lower().split()[-1]
        assert one.kind != "adult" or one.name.endswith(last)
    assert len({(one.kind, one.name) for one in found}) == len(found)


@given(st.dates())
def test_days_of(day: date) -> None:
    said, number = day.isoformat(), day.toordinal()

    assert days_of(said) == days_of(f"{said}T23:59:59+02:00") == (number, number)
    for part in (said[:7], said[:4], None, ""):
        first, last = days_of(part)
        assert first <= number <= last
    assert days_of(said[:7])[1] - days_of(said[:7])[0] in range(27, 31)
