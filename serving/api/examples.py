"""An invented article and a plausible answer, for OpenAPI; the article also warms the server up."""

from typing import Any

from classifier import Article, Assessment, Evidence, LabelAssessment, Presence, Versions
from classifier.assessment import TreatmentAssessment
from labels import read_policy, read_taxonomy
from serving.api.answering import Options, tell_policy
from serving.api.answering import answer as complete
from serving.api.requests import ClassifyRequest

ARTICLE = Article(
    id="story-4711",
    language="en",
    section="local",
    title="Boy, 14, in hospital after arrest outside swimming pool",
    body=(
        "A 14-year-old boy was taken to hospital on Saturday after a police officer forced him to "
        "the ground outside the swimming pool in Tansy Lane, Eastmere.\n\n"
        "Witnesses said the officer knelt on the boy's back for about two minutes while he cried "
        "for help. Doctors treated him for a broken wrist, and he was allowed home on Sunday.\n\n"
        "His mother, Dana Whitlock, said he had hardly slept since. The force has referred the "
        "arrest to the watchdog. The pool opens again on Monday."
    ),
)
_ARREST = ARTICLE.body[: ARTICLE.body.index("\n")]
_KNELT = (
    "Witnesses said the officer knelt on the boy's back for about two minutes while he cried for "
    "help."
)
_WRIST = "Doctors treated him for a broken wrist, and he was allowed home on Sunday."
_MOTHER = "His mother, Dana Whitlock, said he had hardly slept since."


def request() -> dict[str, Any]:
    """The article as a newsroom would post it."""
    keys = ("title", "body", "id", "language", "section")
    return {key: getattr(ARTICLE, key) for key in keys}


def answer() -> dict[str, Any]:
    """A whole answer to it."""
    return complete(
        ClassifyRequest.model_validate(request()),
        [assessment()],
        read_taxonomy(),
        read_policy(),
        Options(),
    )


def artifacts() -> dict[str, Any]:
    """The artifact that gave it."""
    about = {
        "name": "forewarn-en",
        "version": "forewarn-en+3f9a1c20",
        "language": "en",
        "taxonomy": "1.0",
        "date": "2026-11-25",
        "articles": {"train": 5559, "dev": 367},
        "thresholds": {"minors>=2": 0.41, "violence>=2": 0.47, "trauma>=2": 0.38},
    }
    return {"artifacts": [about]}


def decision() -> dict[str, Any]:
    """What an editor did with a label of it."""
    return {
        "action": "edit",
        "subject": "label",
        "subject_id": "trauma",
        "article_id": ARTICLE.id,
        "content_hash": ARTICLE.content_hash,
        "editor": "u-1187",
        "versions": {
            "artifact": "forewarn-en+3f9a1c20",
            "taxonomy": "1.0",
            "code": "0.1.0",
            "policy": read_policy().full_version,
        },
        "severity_before": 2,
        "severity_after": 1,
        "reason": "Injury is minor and the boy is at home.",
    }


def stored_decision() -> dict[str, Any]:
    """The same as it is stored."""
    stored = {"id": 1, "at": "2026-11-25T14:03:09Z", "key_id": "4kq0z81mxa"}
    return (
        stored
        | {"idempotency_key": "story-4711:trauma:1"}
        | decision()
        | {"text": None, "undoes": None}
    )


def audit() -> dict[str, Any]:
    """The page of the audit trail that tells of the end of its key."""
    told = {"name": "CMS, production", "scopes": ["classify", "decide"]}
    entry = {
        "id": 3,
        "at": "2026-11-25T16:20:41Z",
        "actor": "command:maria",
        "action": "key.revoke",
        "subject_id": "4kq0z81mxa",
        "result": "done",
        "versions": None,
        "old": told,
        "new": told | {"revoked_at": "2026-11-25T16:20:41+00:00"},
    }
    return {"entries": [entry], "cursor": "YXVkaXQ6Mw", "more": False}


def policy() -> dict[str, Any]:
    """The default policy, as the server tells it."""
    return tell_policy(read_policy())


def assessment() -> Assessment:
    """What the answer is made of."""
    return Assessment(
        verdict="flagged",
        reason=None,
        language="en",
        content_hash=ARTICLE.content_hash,
        versions=Versions("forewarn-en+3f9a1c20", "1.0", "0.1.0"),
        labels={
            "minors": LabelAssessment(
                2, (0.9871, 0.9604, 0.3127), True, (_found(_ARREST, 0.93), _found(_MOTHER, 0.71))
            ),
            "violence": LabelAssessment(
                2, (0.9912, 0.9543, 0.0816), True, (_found(_KNELT, 0.95), _found(_ARREST, 0.9))
            ),
            "trauma": LabelAssessment(
                2, (0.9655, 0.7762, 0.1938), True, (_found(_WRIST, 0.84), _found(_KNELT, 0.66))
            ),
        },
        sub_labels={
            "minor_victim": Presence(0.9416, True),
            "minor_in_proceedings": Presence(0.0721, False),
            "minor_identifiable": Presence(0.8302, True),
            "killing": Presence(0.0049, False),
            "assault": Presence(0.3208, False),
            "sexual_violence": Presence(0.0022, False),
            "domestic_abuse": Presence(0.0078, False),
            "gun_violence": Presence(0.0064, False),
            "state_force": Presence(0.9733, True),
            "conflict_terror": Presence(0.0081, False),
            "death_grief": Presence(0.0117, False),
            "suicide_self_harm": Presence(0.0019, False),
            "accident_disaster": Presence(0.0254, False),
            "illness_medical": Presence(0.0388, False),
            "abuse_exploitation": Presence(0.1195, False),
            "hate_persecution": Presence(0.0573, False),
        },
        details={
            "graphic_detail": Presence(0.0642, False),
            "method_detail": Presence(0.0093, False),
        },
        treatment=TreatmentAssessment("report", 0.9127),
        id=ARTICLE.id,
    )


def _found(quote: str, score: float) -> Evidence:
    start = ARTICLE.body.index(quote)
    return Evidence("body", start, start + len(quote), quote, score)


def shadow() -> dict[str, Any]:
    """A candidate that gave the article another severity."""
    return {
        "candidate": "forewarn-en+77d0a4b1",
        "articles": {"same": 412, "different": 1, "dropped": 36, "failed": 0},
        "verdicts": {"flagged to clear": 1},
        "severities": {"violence 2 to 1": 1},
        "differences": [
            {
                "content_hash": ARTICLE.content_hash,
                "against": "forewarn-en+3f9a1c20",
                "verdict": {"before": "flagged", "after": "clear"},
                "severities": {"violence": {"before": 2, "after": 1}},
            }
        ],
    }
