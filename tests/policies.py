"""A small house policy, and assessments to apply policies to."""

from classifier import Assessment, Evidence, LabelAssessment, Presence, Reason, Versions
from classifier.assessment import TreatmentAssessment
from labels import read_taxonomy

SMALL = """\
name = "small"
version = "3"
taxonomy = "1.0"
locale = "en"
most_topics = 2

[thresholds.minors]
severity = 2

[thresholds.violence]
severity = 2

[thresholds.trauma]
severity = 2

[[topics]]
id = "killing"
covers = ["violence"]

[[topics]]
id = "violence"

[[topics]]
id = "suicide"

[[rules]]
id = "killed"
when = { label = "violence", severity = 3, sub_labels = ["killing"] }
topic = "killing"
check = "kin"
actions = ["ads_off", "no_push"]

[[rules]]
id = "hurt"
when = { label = "violence" }
topic = "violence"
check = "kin"

[[rules]]
id = "suicide_told"
topic = "suicide"
check = "help"

[rules.when]
sub_labels = ["suicide_self_harm"]
help_line_missing = "suicide"

[[help_lines]]
country = "GB"
name = "Samaritans"
contact = "116 123"
topics = ["suicide"]
mentions = ["116 123", "samaritans.org"]

[[help_lines]]
country = "DE"
name = "TelefonSeelsorge"
contact = "0800 111 0 111"
topics = ["suicide"]
mentions = ["0800 111 0 111"]

[wording.en]
note = "This describes {topics}."
between = ", "
last = " and "

[wording.en.topics]
killing = "a killing"
violence = "violence"
suicide = "suicide"

[wording.en.checks]
kin = "Do the next of kin know?"
help = "Add a help line."
not_checked = "Read it yourself."
short_text_not_checked = "Read the short text yourself."

[wording.en.reasons]
killed = "Somebody was killed."
hurt = "Somebody was hurt."
suicide_told = "Suicide is told."
not_checked = "It could not be checked."
short_text_not_checked = "A short text could not be checked."

[[examples]]
name = "Nothing"
body = "The council chose a builder for the new ferry ramp, which opens next summer."
[examples.expect]
topics = []
at_most = { violence = 0 }
"""

_VERSIONS = Versions("test", "1.0", "0")
_STEPS = ((0.1, 0.1, 0.1), (0.9, 0.1, 0.1), (0.9, 0.9, 0.1), (0.9, 0.9, 0.9))


def assessed(
    severities: dict[str, int] | None = None,
    present: tuple[str, ...] = (),
    treatment: str = "report",
    probabilities: dict[str, tuple[float, float, float]] | None = None,
) -> Assessment:
    """An assessment with these severities, and these sub-labels and details present.

    A label with a severity has one passage, `violence!` at 0 to 9 of the body, say.
    """
    taxonomy = read_taxonomy()
    labels = {}
    for label in taxonomy.label_ids:
        severity = (severities or {}).get(label, 0)
        passage = Evidence("body", 0, len(label) + 1, f"{label}!", 0.9)
        labels[label] = LabelAssessment(
            severity,
            (probabilities or {}).get(label, _STEPS[severity]),
            severity >= 2,
            (passage,) if severity else (),
        )

    def presences(ids: tuple[str, ...]) -> dict[str, Presence]:
        return {id_: Presence(0.9 if id_ in present else 0.1, id_ in present) for id_ in ids}

    return Assessment(
        verdict="flagged" if any(found.flagged for found in labels.values()) else "clear",
        reason=None,
        language="en",
        content_hash="",
        versions=_VERSIONS,
        labels=labels,
        sub_labels=presences(taxonomy.sub_label_ids),
        details=presences(taxonomy.detail_ids),
        treatment=TreatmentAssessment(treatment, 0.9),
    )


def unchecked() -> Assessment:
    """An assessment of what could not be read."""
    reason = Reason("language", "Only English articles are checked.")
    return Assessment("not_checked", reason, "de", "", _VERSIONS)
