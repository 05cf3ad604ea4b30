"""From an article that was asked about to the answer, in time or not at all."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any

from fastapi import Query

from classifier import Assessment
from classifier.assessment import Versions
from classifier.identification import Identification, identification_risk
from labels import Policy, Taxonomy
from serving.api.problems import deadline_passed, overloaded
from serving.api.requests import LANGUAGE_TAG, ClassifyRequest
from serving.bodies.body import Block, Body
from serving.bodies.units import Unit
from serving.comparison import compare
from serving.conditions import Case, ShortText
from serving.dispatcher import DeadlineError, Dispatcher, OverloadedError
from serving.iptc import content_warnings
from serving.policy import Proposals, apply_policy
from serving.settings import Settings
from serving.submission import anchored

_UNCOMPARED = "previous_result"


@dataclass(frozen=True)
class Options:
    """How the answer is wanted."""

    offset_unit: Annotated[Unit, Query(description="What offsets in the answer count.")] = (
        "codepoint"
    )
    iptc: Annotated[
        bool, Query(description="Whether IPTC content warnings are added as `subjects`.")
    ] = False
    locale: Annotated[
        str | None,
        Query(
            pattern=LANGUAGE_TAG, max_length=35, description="Locale of notes and checks (BCP 47)."
        ),
    ] = None
    country: Annotated[
        str | None,
        Query(pattern="^[A-Za-z]{2}$", description="Country of the readers, for help lines."),
    ] = None

    def within(self, settings: Settings) -> "Options":
        """The same, with the deployment's settings where nothing is asked for."""
        locale, country = self.locale or settings.locale, self.country or settings.country
        return replace(self, locale=locale, country=country)


async def assess(
    asked: ClassifyRequest, dispatcher: Dispatcher, milliseconds: int, *, bulk: bool = False
) -> list[Assessment]:
    """The assessments of the article and of its short texts, in order. Raises ProblemError."""
    articles = [asked.submission.article, *asked.short_texts.values()]
    try:
        return await dispatcher.assess(articles, milliseconds / 1000, bulk=bulk)
    except OverloadedError as error:
        raise overloaded(error.retry_after) from None
    except DeadlineError as error:
        raise deadline_passed(milliseconds, error.expected) from None


@dataclass(frozen=True)
class Judged:
    """An article with what was found in it and what follows.

    Passages count code points of what readers see: the title, the visible text of the body, a short
    text.
    """

    asked: ClassifyRequest
    article: Assessment
    texts: dict[str, Assessment]
    identification: Identification | None
    proposals: Proposals


def judge(
    asked: ClassifyRequest,
    found: list[Assessment],
    taxonomy: Taxonomy,
    policy: Policy,
    options: Options,
) -> Judged:
    """What follows from what `assess` found."""
    seen, (article, *short) = asked.submission.article, found
    texts = dict(zip(asked.short_texts, short, strict=True))
    identification = identification_risk(seen, article) if article.labels else None
    case = Case(
        seen,
        article,
        {name: ShortText(asked.short_texts[name].body, text) for name, text in texts.items()},
        identification,
        options.country or None,
    )
    proposals = apply_policy(policy, taxonomy, case, options.locale)
    return Judged(asked, article, texts, identification, proposals)


def answer(
    asked: ClassifyRequest,
    found: list[Assessment],
    taxonomy: Taxonomy,
    policy: Policy,
    options: Options,
) -> dict[str, Any]:
    """The answer to an article, from what `assess` found."""
    return tell(judge(asked, found, taxonomy, policy, options), taxonomy, policy, options)


def tell(judged: Judged, taxonomy: Taxonomy, policy: Policy, options: Options) -> dict[str, Any]:
    """The answer as plain values, every passage anchored where it was sent."""
    asked, submission = judged.asked, judged.asked.submission
    said = submission.answer(judged.article, options.offset_unit)
    said["versions"]["policy"] = policy.full_version
    bodies = submission.bodies | {
        name: Body([Block(text.body, "text")]) for name, text in asked.short_texts.items()
    }
    proposals = asdict(judged.proposals)
    for proposal in (*proposals["notes"], *proposals["checks"]):
        proposal["passages"] = [
            anchored(bodies[one["field"]], one, options.offset_unit) for one in proposal["passages"]
        ]
    told = asdict(judged.identification) if judged.identification else None
    if told:
        told["cues"] = [
            anchored(bodies[cue["field"]], cue, options.offset_unit) for cue in told["cues"]
        ]
    previous = asked.previous_result
    return said | {
        **proposals,
        "identification": told,
        "texts": {name: asdict(text) for name, text in judged.texts.items()},
        "changes": compare(previous.model_dump(), said) if previous else None,
        "subjects": content_warnings(judged.article, taxonomy) if options.iptc else None,
        "queued": None,
    }


def tell_policy(policy: Policy) -> dict[str, Any]:
    """A policy as plain values, without its examples."""
    told = asdict(policy) | {"digest": policy.digest}
    del told["examples"]
    for rule in told["rules"]:
        rule["when"] = {name: value for name, value in rule["when"].items() if value}
    return told


def entity_tag(sent: Any, options: Options, versions: Versions, policy: Policy) -> str:
    """Stands for the answer: the same while the request and all versions stay the same.

    Weak, as the last digit of a probability may depend on what is assessed at the same time.
    """
    kept = {key: value for key, value in sent.items() if key != _UNCOMPARED}
    key = [kept, asdict(options), asdict(versions), policy.digest]
    return f'W/"{hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:32]}"'


def matches(tag: str, header: str | None) -> bool:
    """Whether an If-None-Match header names the tag; weak and strong are the same to it."""
    opaque = tag.removeprefix("W/")
    names = [name.strip().removeprefix("W/") for name in (header or "").split(",")]
    return opaque in names
