"""Anchors: block, visible text, source, in the caller's unit; the same article in every form."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from serving.bodies.body import Block, Body, read_block
from serving.bodies.units import Unit, count_units

PARAGRAPHS = [
    "A boy of 9 was killed in the city on Friday \u2014 police said \U0001f622.",
    "His mother was at the hospital & the school. Caf\u00e9s closed.",
    "The man was \u201cold\u201d, said the council.",
]
FORMS = {
    "text": "\n\n".join(PARAGRAPHS),
    "html": "".join(f"<p>{escape(p)}</p>\n" for p in PARAGRAPHS),
    "gutenberg": "".join(
        f"<!-- wp:paragraph -->\n<p>{escape(p)}</p>\n<!-- /wp:paragraph -->\n\n" for p in PARAGRAPHS
    ),
    "inline": "".join(
        f"<div>{escape(p[:9])}<strong>{escape(p[9:])}</strong></div>" for p in PARAGRAPHS
    ),
}


def test_the_form_of_a_body_is_seen() -> None:
    assert read_block("5 < 6 and 7 > 3").format == "text"
    assert read_block("<p>x").format == "html"
    assert read_block("<p>x", "text").visible.text == "<p>x"
    assert read_block("a &amp; b", "html").visible.text == "a & b"


def test_the_same_article_in_every_form_gets_the_same_passages(client: TestClient) -> None:
    blocks = [{"id": f"b{i}", "html": f"<p>{escape(p)}</p>"} for i, p in enumerate(PARAGRAPHS)]
    bodies = [*FORMS.values(), blocks, [{"text": p} for p in PARAGRAPHS]]
    answers = [client.post("/v1/classify", json={"body": body}).json() for body in bodies]
    ninjs = {"uri": "urn:x", "headline": "", "body_html": FORMS["html"]}
    answers.append(client.post("/v1/classify", json=ninjs).json())
    first = answers[0]
    for answer in answers[1:]:
        assert answer["content_hash"] == first["content_hash"]
        for name, label in answer["labels"].items():
            assert label["probabilities"] == first["labels"][name]["probabilities"]
            quotes = [found["quote"] for found in label["evidence"]]
            assert quotes == [found["quote"] for found in first["labels"][name]["evidence"]]


@pytest.mark.parametrize("unit", ["codepoint", "utf16", "utf8"])
@pytest.mark.parametrize("form", FORMS)
def test_anchors_slice_the_source_in_the_callers_unit(
    client: TestClient, form: str, unit: Unit
) -> None:
    source = FORMS[form]
    path = f"/v1/classify?offset_unit={unit}"
    answer = client.post(path, json={"title": "\U0001f622 Boy killed", "body": source}).json()
    found = [e for label in answer["labels"].values() for e in label["evidence"]]
    assert found
    for evidence in found:
        sent = source if evidence["field"] == "body" else "\U0001f622 Boy killed"
        piece = slice_units(sent, evidence["start"], evidence["end"], unit)
        assert read_block(piece, "html").visible.text == evidence["quote"]


def slice_units(text: str, start: int, end: int, unit: Unit) -> str:
    if unit == "codepoint":
        return text[start:end]
    encoding, size = ("utf-16-le", 2) if unit == "utf16" else ("utf-8", 1)
    return text.encode(encoding)[start * size : end * size].decode(encoding)


def test_a_block_is_named_and_its_offsets_are_its_own() -> None:
    blocks = [Block("<p>One &amp; two.</p>", "html", "a"), Block("Three four five.", "text", "b")]
    body = Body(blocks)
    start = body.text.index("four")
    anchor = body.anchor(start, start + 4, "codepoint")
    assert (anchor.block, anchor.start, anchor.end) == ("b", 6, 10)
    assert (anchor.visible_start, anchor.visible_end) == (6, 10)
    assert (anchor.before, anchor.after) == ("Three ", " five.")
    start = body.text.index("&")
    anchor = body.anchor(start, start + 1, "codepoint")
    assert (anchor.block, anchor.start, anchor.end) == ("a", 7, 12)


def test_the_most_telling_body_of_a_ninjs_document_is_read(client: TestClient) -> None:
    document = {
        "uri": "urn:newsml:x",
        "headlines": [{"role": "short", "value": "No"}, {"role": "main", "value": "Boy killed"}],
        "language": "en-GB",
        "bodies": [
            {"contentType": "text/plain", "value": PARAGRAPHS[0]},
            {"contentType": "text/html", "value": FORMS["html"]},
        ],
    }
    answer = client.post("/v1/classify", json=document).json()
    assert answer["id"] == "urn:newsml:x"
    found = [e for e in answer["labels"]["violence"]["evidence"] if e["field"] == "body"]
    assert {e["block"] for e in found} == {"bodies/1"}


@given(st.text(), st.integers(0, 50))
def test_units_are_those_of_the_encodings(text: str, place: int) -> None:
    head = text[: min(place, len(text))]
    assert count_units(text, len(head), "codepoint") == len(head)
    assert (
        count_units(text, len(head), "utf16") == len(head.encode("utf-16-be", "surrogatepass")) // 2
    )
    assert count_units(text, len(head), "utf8") == len(head.encode("utf-8", "surrogatepass"))
