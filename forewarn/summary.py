"""An assessment for people: verdict, labels, passages, in colour where there is a terminal."""

from rich.console import Console
from rich.text import Text

from classifier import Assessment, LabelAssessment
from classifier.text import normalise
from labels import Label, Taxonomy

COLOURS = {"flagged": "bold red", "clear": "bold green", "not_checked": "bold yellow"}
SEVERITY_COLOURS = ("dim", "default", "yellow", "red")
WIDTH = 88


def print_summary(assessment: Assessment, taxonomy: Taxonomy) -> None:
    """Print one article's summary; what came with it is shown, never interpreted.

    Normalising takes the control characters out, which a terminal would obey.
    """
    console = Console(highlight=False, soft_wrap=True)
    head = Text(assessment.verdict.replace("_", " ").upper(), COLOURS[assessment.verdict])
    console.print(head, Text(normalise(assessment.id or "").text, "bold"))
    if assessment.reason:
        console.print(Text(f"  {normalise(assessment.reason.message).text}"))
    for label in taxonomy.labels:
        if label.id in assessment.labels:
            _print_label(console, label, assessment.labels[label.id])
    found = [
        f"{name} ({presence.probability:.0%})"
        for name, presence in (assessment.sub_labels | assessment.details).items()
        if presence.present
    ]
    if found:
        console.print(Text("  with      " + ", ".join(found)))
    if assessment.treatment:
        console.print(Text(f"  treatment {assessment.treatment.label}", "dim"))
    console.print()


def _print_label(console: Console, label: Label, found: LabelAssessment) -> None:
    line = Text("  ")
    line.append(f"{label.id:<9} ", "bold" if found.flagged else "")
    line.append(
        f"{found.severity} {label.severities[found.severity].name.lower():<10}",
        SEVERITY_COLOURS[found.severity],
    )
    line.append("  at least 1, 2, 3: " + ", ".join(f"{p:.0%}" for p in found.probabilities), "dim")
    console.print(line)
    for evidence in found.evidence:
        quote = Text(f"“{normalise(evidence.quote).text}”")
        place = f"{evidence.field} {evidence.start}-{evidence.end}"
        for number, part in enumerate(quote.wrap(console, WIDTH - 12)):
            console.print(Text("            " if number else "          • "), part, sep="", end="")
            console.print()
        console.print(Text(f"            {place}, score {evidence.score:.2f}", "dim"))
