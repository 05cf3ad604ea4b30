"""Documents made from figures: the model card, and the tables of README.md.

Numbers stand in `metrics.json`; nothing here measures. `write_documents` fills what is between
`<!-- begin NAME -->` and `<!-- end NAME -->` in README.md, and writes the card from the template.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

from classifier.artifact import read_configuration, read_manifest
from labels import Taxonomy, read_taxonomy
from training.evaluate import METRICS
from training.leave_out import FIGURES

ROOT = Path(__file__).resolve().parent.parent
SPEED = ROOT / "benchmarks" / "results" / "compare.json"
TEMPLATE = Path(__file__).with_name("model_card.template")
HEADINGS = {
    "average_precision": "AP",
    "f1": "F1",
    "precision": "Precision",
    "recall": "Recall",
    "ece": "ECE",
    "evidence_hit": "Top passage",
}

_SCORE = re.compile(r"\b[01]\.\d+")


def write_documents(folder: Path, answer: str, check: bool = False) -> list[Path]:
    """Bring README.md and the card of the artifact up to date; tell which were not.

    `answer` is the example's, for README.md. With `check` nothing is written.
    """
    metrics = json.loads((folder / METRICS).read_text("utf-8"))
    taxonomy = read_taxonomy()
    readme = ROOT / "README.md"
    tables = {
        "answer": _kept_answer(readme.read_text("utf-8"), answer),
        "labels": labels_table(taxonomy),
        "results": results_table(metrics),
        "speed": speed_sentence(json.loads(SPEED.read_text("utf-8"))),
    }
    wanted = {
        readme: fill_tables(readme.read_text("utf-8"), tables),
        folder / "README.md": model_card(folder, metrics, taxonomy),
    }
    stale = [path for path, text in wanted.items() if _read(path) != text]
    if not check:
        for path in stale:
            path.write_text(wanted[path], "utf-8")
    return stale


def _kept_answer(document: str, answer: str) -> str:
    """The answer as it stands in the document where only its scores differ, else the new one.

    Processors with and without VNNI round int8 products otherwise: a score's third digit differs.
    """
    behind = document.partition("<!-- begin answer -->\n")[2]
    standing = behind.partition("\n<!-- end answer -->")[0]
    alike = _SCORE.sub("", standing) == _SCORE.sub("", answer)
    return standing if alike else answer


def fill_tables(document: str, tables: dict[str, str]) -> str:
    """Put each table between its marks; `ValueError` where a document has no such marks."""
    for name, table in tables.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        if begin not in document or end not in document.partition(begin)[2]:
            raise ValueError(
                f"The document has no place for the table '{name}': expected the lines "
                f"'{begin}' and '{end}'. Put them where the table belongs."
            )
        before, _, rest = document.partition(begin)
        document = f"{before}{begin}\n{table}\n{end}{rest.partition(end)[2]}"
    return document


def speed_sentence(measured: dict[str, Any]) -> str:
    """What `make bench` found, in a sentence."""
    machine, found = measured["machine"], measured["rivals"]["forewarn serve"]
    speed = measured["rivals"]["forewarn"]["articles_per_second"]
    return (
        f"On {machine['cores']} cores ({machine['processor']}) the server answers an article of "
        f"800 words in {found['one_caller_ms']['p50']:.0f} ms (median, one caller) with "
        f"{found['peak_memory_mb']} MB of memory at its peak; the classifier reads {speed:.0f} "
        "articles of mixed lengths a second."
    )


def labels_table(taxonomy: Taxonomy) -> str:
    """Labels, their severities and sub-labels, from the taxonomy."""
    rows = [["Label", "0", "1", "2", "3", "Sub-labels"]]
    for label in taxonomy.labels:
        subs = ", ".join(f"`{s.id}`" for s in taxonomy.sub_labels if s.parent == label.id)
        names = [severity.name.lower() for severity in label.severities]
        rows.append([f"`{label.id}`", *names, subs])
    return markdown_table(rows)


def results_table(metrics: dict[str, Any]) -> str:
    """The main figures beside the baselines, each with its 95 % interval."""
    said = metrics["classifier"]
    rows = [["Severity 2 and up", *HEADINGS.values(), "AP, TF-IDF", "AP, keywords"]]
    for label, figures in said["labels"].items():
        rivals = [
            _percent(metrics["baselines"][name]["labels"][label]["average_precision"]["value"])
            for name in ("tfidf", "keywords")
        ]
        rows.append([f"`{label}`", *(with_interval(figures[name]) for name in HEADINGS), *rivals])
    macro = [
        _percent(metrics["baselines"][name]["sub_labels_macro_average_precision"]["value"])
        for name in ("tfidf", "keywords")
    ]
    own = with_interval(said["sub_labels_macro_average_precision"])
    rows.append(["16 sub-labels, macro", own, *[""] * (len(HEADINGS) - 1), *macro])
    return markdown_table(rows)


def model_card(folder: Path, metrics: dict[str, Any], taxonomy: Taxonomy) -> str:
    """The card in Hugging Face's format."""
    manifest = read_manifest(folder)
    hard = metrics["hard_clear"]
    left_out = json.loads((folder / FIGURES).read_text("utf-8"))
    return Template(TEMPLATE.read_text("utf-8")).substitute(
        name=manifest.name,
        version=manifest.version,
        taxonomy=manifest.taxonomy,
        date=metrics["date"],
        base=manifest.origin["base"]["encoder"],
        base_sha256=manifest.origin["base"]["sha256"],
        train_articles=f"{manifest.origin['articles']['train']:,}",
        dev_articles=f"{manifest.origin['articles']['dev']:,}",
        shape=_shape(read_configuration(folder)),
        distilled=_distilled(manifest.origin["articles"].get("read")),
        judged_articles=f"{manifest.origin['articles']['judged']:,}",
        test_articles=f"{metrics['classifier']['articles']:,}",
        window=manifest.windowing.tokens,
        section=manifest.windowing.section_windows,
        long_section=manifest.windowing.long_section_windows,
        labels=labels_table(taxonomy),
        results=results_table(metrics),
        sub_labels=sub_labels_table(metrics),
        treatment=_percent(metrics["treatment_accuracy"]),
        hard_articles=hard["articles"],
        hard_flagged=hard["flagged"],
        by_source=slices_table(metrics["by_source"], taxonomy),
        by_treatment=slices_table(metrics["by_treatment"], taxonomy),
        by_stratum=slices_table(metrics["by_stratum"], taxonomy),
        left_out_epochs=left_out["epochs"],
        left_out=left_out_table(left_out),
    )


def _shape(configuration: dict[str, Any]) -> str:
    """In what the network is not the base encoder any more."""
    after = configuration["merge_after"]
    layers = "first layer" if after == 1 else f"first {after} layers"
    said = f"After the {layers} two neighbouring tokens are read on as one. " if after else ""
    if configuration["hidden_act"] == "hardswish":
        said += "In its layers a hard swish stands in the place of GELU. "
    return said


def _distilled(articles: int | None) -> str:
    if articles is None:
        return ""
    return (
        " The network that came of both read every token by itself; the one released here, which "
        "reads two as one, learned its sentence vectors on the train split and on "
        f"{articles:,} articles that nobody annotated."
    )


def sub_labels_table(metrics: dict[str, Any]) -> str:
    """Each sub-label's figures, beside TF-IDF."""
    rows = [["Sub-label", "Articles", "AP", "F1", "AP, TF-IDF"]]
    for name, figures in metrics["classifier"]["sub_labels"].items():
        rival = metrics["baselines"]["tfidf"]["sub_labels"][name]["average_precision"]
        rows.append(
            [
                f"`{name}`",
                str(figures["positives"]),
                _percent(figures["average_precision"]),
                _percent(figures["f1"]),
                _percent(rival),
            ]
        )
    return markdown_table(rows)


def left_out_table(found: dict[str, Any]) -> str:
    """AP and F1 on sources left out of training, beside those that were trained on."""
    taxonomy = read_taxonomy()
    heads = [f"{label}: AP / F1" for label in taxonomy.label_ids]
    rows = [["Articles of", "Articles", *heads]]
    for number, fold in enumerate(found["folds"], start=1):
        for name, figures in [
            (f"fold {number}, sources trained on (dev)", fold["known"]),
            (f"**fold {number}, sources left out**", fold["left_out"]),
            *fold["sources"].items(),
        ]:
            cells = [_pair(figures.get(label)) for label in taxonomy.label_ids]
            rows.append([name, f"{figures['articles']:,}", *cells])
    return markdown_table(rows)


def _pair(figures: dict[str, Any] | None) -> str:
    if figures is None:
        return "–"
    return f"{_percent(figures['average_precision'])} / {_percent(figures['f1'])}"


def slices_table(slices: dict[str, Any], taxonomy: Taxonomy) -> str:
    """For each slice the articles, and F1 with the number of positives for each label."""
    rows = [["", "Articles", *(f"F1 {label} (positives)" for label in taxonomy.label_ids)]]
    for name, found in slices.items():
        cells = [
            f"{_percent(found[label]['f1'])} ({found[label]['positives']})"
            if found[label]["positives"]
            else "–"
            for label in taxonomy.label_ids
        ]
        rows.append([name, str(found["articles"]), *cells])
    return markdown_table(rows)


def markdown_table(rows: list[list[str]]) -> str:
    """A table in Markdown; the first row is its head."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def with_interval(figure: Mapping[str, Any]) -> str:
    """A figure and its 95 % interval, in per cent."""
    low, high = figure["interval"]
    return f"{_percent(figure['value'])} ({_percent(low)}–{_percent(high)})"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}"


def _read(path: Path) -> str | None:
    return path.read_text("utf-8") if path.is_file() else None
