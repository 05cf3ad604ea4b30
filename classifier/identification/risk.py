"""From cues to a risk, alone and beside the classifier's assessment."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from classifier.article import Article, Passage, render
from classifier.assessment import Assessment
from classifier.identification.cues import (
    CueKind,
    find_cues,
    speaks_of_death,
    speaks_of_minor,
)
from classifier.identification.names import read_sentences
from classifier.identification.tokens import cut_tokens

Risk = Literal["none_found", "possible", "likely"]

MOST_CUES = 10  # of a kind, the first ones of the article
LABEL, SUB_LABEL = "minors", "minor_identifiable"
_NAMING: frozenset[CueKind] = frozenset({"age_near_name", "child_named", "named_relative"})
_STRONG: frozenset[CueKind] = _NAMING | {"school_or_club"}
_MEANINGS: dict[CueKind, str] = {
    "age_near_name": "An age under 18 stands beside a personal name.",
    "child_named": "A word for a child stands beside a personal name.",
    "named_relative": "A parent, guardian, sibling or other relative of a child is named.",
    "kinship_with_accused": "Words of kinship tie a child to somebody in an accusation.",
    "school_or_club": "A school or club is named near a minor.",
    "street_or_place": "A street or small place is named near a minor.",
    "social_handle": "An account on a social network is named near a minor.",
}
_NOTHING = (
    "Too little was found to count; this check does not see all that can tell who a minor is."
)
_DEATH = "All sentences with these cues speak of a death; they may be about a child who died."
_PASSED_OVER = "Cues were not looked for: the classifier finds no minor in a sensitive matter."
_CLASSIFIER = "The classifier takes the article for one in which a minor can be identified."
_UNASSESSED = "The classifier did not assess the article; this rests on English cues alone."


@dataclass(frozen=True, slots=True)
class Cue:
    """A stretch of the article. Offsets are code points of the field as it was sent."""

    kind: CueKind
    field: Literal["title", "body"]
    start: int
    end: int
    quote: str  # the field's text from start to end


@dataclass(frozen=True, slots=True)
class Identification:
    """How likely readers can tell who a minor is: never 'safe'. Reasons hold no article text."""

    risk: Risk
    cues: tuple[Cue, ...]  # title first, in reading order
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sighting:
    cue: Cue
    death: bool  # its sentence speaks of one


def find_identification(article: Article) -> Identification:
    """What the text alone says, whatever the article is about.

    `likely`: an age beside a name, or two kinds of cue out of name, relative and school, in
    sentences that speak of no death. `possible`: one of these anywhere, or two other kinds. A
    street, a handle or a word of kinship alone tells too little, and is not shown.
    """
    sightings = list(_sightings(article))
    kinds = {s.cue.kind for s in sightings}
    living = {s.cue.kind for s in sightings if not s.death}
    risk = _risk(kinds, living)
    if risk == "none_found":
        return Identification(risk, (), (_NOTHING,))
    reasons = [text for kind, text in _MEANINGS.items() if kind in kinds]
    if not living:
        reasons.append(_DEATH)
    return Identification(risk, _first_cues(sightings), tuple(reasons))


def identification_risk(article: Article, assessment: Assessment) -> Identification:
    """The same beside what the classifier says of the article: what an editor should be shown.

    Where the classifier finds no minor in a sensitive matter and no identifiable one, cues are not
    looked for, so that youth sport does not nag. Where it finds an identifiable minor the risk is
    at least `possible`, with any cue at all `likely`. What it did not assess rests on the cues.
    """
    if not assessment.labels:
        found = find_identification(article)
        return replace(found, reasons=(*found.reasons, _UNASSESSED))
    identifiable = assessment.sub_labels[SUB_LABEL].present
    if not identifiable and not assessment.labels[LABEL].flagged:
        return Identification("none_found", (), (_PASSED_OVER,))
    found = find_identification(article)
    if identifiable:
        risk: Risk = "likely" if found.risk != "none_found" else "possible"
        return Identification(risk, found.cues, (_CLASSIFIER, *found.reasons))
    return found


def _risk(kinds: Collection[CueKind], living: Collection[CueKind]) -> Risk:
    if "age_near_name" in living or len(_STRONG.intersection(living)) > 1:
        return "likely"
    return "possible" if _STRONG.intersection(kinds) or len(kinds) > 1 else "none_found"


def _sightings(article: Article) -> Iterator[_Sighting]:
    """All cues that count: names anywhere, places and kinship next to a sentence with a minor."""
    rendering = render(article)
    passages = rendering.passages
    sentences = read_sentences([cut_tokens(rendering.text(passage)) for passage in passages])
    minors = [speaks_of_minor(sentence) for sentence in sentences]
    for number, (passage, sentence) in enumerate(zip(passages, sentences, strict=True)):
        near = any(minors[max(0, number - 1) : number + 2])
        death = speaks_of_death(sentence)
        source = article.title if passage.field == "title" else article.body
        for kind, first, last in find_cues(sentence):
            if kind not in _NAMING and not near:
                continue
            begin = passage.start + sentence.tokens[first].start
            stop = passage.start + sentence.tokens[last - 1].end
            start, end = rendering.source_span(Passage(passage.field, begin, stop))
            field: Literal["title", "body"] = "title" if passage.field == "title" else "body"
            yield _Sighting(Cue(kind, field, start, end, source[start:end]), death)


def _first_cues(sightings: list[_Sighting]) -> tuple[Cue, ...]:
    """In reading order, without those that lie in another of their kind, a few of each kind."""
    order = sorted(
        (s.cue for s in sightings), key=lambda cue: (cue.field == "body", cue.start, -cue.end)
    )
    shown: list[Cue] = []
    count: Counter[CueKind] = Counter()
    ends: dict[tuple[str, CueKind], int] = {}
    for cue in order:
        place = (cue.field, cue.kind)
        if count[cue.kind] < MOST_CUES and cue.end > ends.get(place, -1):
            ends[place] = cue.end
            count[cue.kind] += 1
            shown.append(cue)
    return tuple(shown)
