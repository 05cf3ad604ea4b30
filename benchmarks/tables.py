"""The tables of measured figures in the documents, from the files that the benchmarks wrote.

`python -m benchmarks.tables` writes them; `--check` only tells whether they are up to date.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.card import fill_tables, markdown_table

RESULTS = Path(__file__).with_name("results")
DOCUMENTS = Path(__file__).resolve().parent.parent / "docs"
_LOADS = {"at_50_percent": 0.5, "at_80_percent": 0.8, "at_300_percent": 3.0}  # shares of capacity


def main() -> None:
    """Write the tables, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if out of date")
    arguments = parser.parse_args()
    stale = 0
    for path, after in documents().items():
        if path.read_text("utf-8") == after:
            continue
        stale += 1
        print(f"{'out of date' if arguments.check else 'written'}: {path}")
        if not arguments.check:
            path.write_text(after, "utf-8")
    if not arguments.check:
        draw_growth(DOCUMENTS / "growth.svg")
    sys.exit(int(arguments.check and stale > 0))


def documents() -> dict[Path, str]:
    """Each document that has such tables, as it should be."""
    return {
        DOCUMENTS / name: fill_tables(
            (DOCUMENTS / name).read_text("utf-8"), {table: write() for table, write in tables}
        )
        for name, tables in _TABLES.items()
    }


def sizing() -> str:
    """Capacity, and what callers saw at three loads, as Markdown."""
    measured = _read("load")
    capacity = measured["capacity_per_second"]
    rows = [["Load", "Articles a second", "Answered", "p50, p95, p99", "Refused (503)", "p95"]]
    for name, share in _LOADS.items():
        load = measured[name]
        good, refused = (load["by_status"].get(status) for status in ("200", "503"))
        rows.append(
            [
                f"{share:.0%} of capacity, {load['seconds']:g} s",
                f"{share * capacity:.1f}",
                _share(good, load),
                ", ".join(f"{good[p]:.0f}" for p in ("p50", "p95", "p99")) + " ms" if good else "–",
                _share(refused, load),
                f"{refused['p95']:.0f} ms" if refused else "–",
            ]
        )
    memory = measured["memory_mb"]
    return (
        f"One server on {_machine(measured)}, whose callers ran on the same cores, reads "
        f"{capacity:.1f} articles a second of {measured['mean_words']} words in the mean: "
        f"{3600 * capacity:,.0f} an hour. It held {memory['before']} MB before the loads below and "
        f"{memory['after']} MB after them.\n\n{markdown_table(rows)}"
    )


def screening() -> str:
    """How fast archives are read, and what a long run takes, as Markdown."""
    real, long = _read("screening"), _read("archive")
    speeds, killed, shards = real["articles_per_second"], real["killed"], long["shard_seconds"]
    rows = [
        ["Articles of newspapers", f"on {_machine(real)}"],
        ["the classifier alone, on all cores", f"{speeds['classifier_alone']:.1f} a second"],
        [
            "`screen run` in this process",
            f"{speeds['screen']:.1f}: {real['share_of_classifier_alone']:.0%} of the classifier's",
        ],
        ["`--processes 1`", f"{speeds['screen_1_process']:.1f}"],
        [
            "`--processes 2`",
            f"{speeds['screen_2_processes']:.1f}: the second adds "
            f"{real['second_process_adds']:.0%}",
        ],
        [
            f"{killed['articles']:,} articles, killed {killed['kills']} times",
            "the same table, byte for byte" if killed["same_bytes"] else "another table",
        ],
    ]
    grown = long["memory_mb"]
    return (
        f"{markdown_table(rows)}\n\n"
        f"What all but scoring costs, on {_machine(long)} and with a stand-in for the classifier: "
        f"{long['articles']:,} invented articles took {long['seconds_to_screen'] / 60:.0f} "
        f"minutes, {long['articles_per_second']:,.0f} a second, near copies looked for. A shard of "
        f"1,000 took {shards['first_tenth']:.2f} s in the first tenth and "
        f"{shards['last_tenth']:.2f} s in the last; memory was {grown['after_100_shards']} MB "
        f"after a hundred shards and {grown['peak']} MB at most; the index of copies took "
        f"{long['index_mb']} MB. A second run found in {long['second_run']['seconds']:.2f} s that "
        "there was nothing left to do."
    )


def newsroom() -> str:
    """What decisions brought a simulated newsroom, and what the gate made of them, as Markdown."""
    measured = _read("newsroom")
    rows = [["Severity 2 and up", "ECE", "F1", "Log loss", "F1 not worse in"]]
    for label, found in measured["labels"].items():
        pairs = [
            f"{found[name]['before']:.3f} → {found[name]['after']:.3f}"
            for name in ("ece", "f1", "log_loss")
        ]
        rows.append([f"`{label}`", *pairs, f"{found['f1']['not_worse']:.0%} of draws"])
    verdicts = [["Decisions", "Labels that calibrate fits", "Gate"]]
    for name, told in measured["gate"].items():
        made = ", ".join(told["labels"]) if told["calibrated"] else "refused"
        passed = ("passed" if told["passed"] else "refused") if told["calibrated"] else "–"
        verdicts.append([name.replace("_", " "), made, passed])
    return (
        f"{measured['judgements']} judged labels, {measured['draws']} draws, measured on about "
        f"{measured['other_articles']} other articles each time.\n\n{markdown_table(rows)}\n\n"
        f"Honest and poisoned decisions of one draw:\n\n{markdown_table(verdicts)}"
    )


def long_articles() -> str:
    """Long articles that are flagged, by the length of sections, as Markdown."""
    measured = _read("long_articles")
    counts, lengths = measured["articles"], measured["windows_of_a_section"]
    labels = list(next(iter(lengths.values()))["grave"])
    rows = [
        ["Windows of a section"]
        + [f"Grave, {label} (of {counts[label]})" for label in labels]
        + [f"Of {counts[name]} {name}: {', '.join(labels)}" for name in ("harmless", "mentions")]
    ]
    for length, found in lengths.items():
        flagged = [str(found["grave"][label]) for label in labels]
        others = [", ".join(map(str, found[name].values())) for name in ("harmless", "mentions")]
        rows.append([length, *flagged, *others])
    return markdown_table(rows)


def runtimes() -> str:
    """The encoder in several runtimes, as Markdown."""
    measured = _read("runtimes")
    rows = [["Runtime", "Tokens a second", "MB", "Mean error", "Least cosine"]]
    for name, found in measured["runtimes"].items():
        speed, error = f"{found['tokens_per_second']:,}", f"{found['mean_error']:.4f}"
        rows.append(
            [name, speed, f"{found['megabytes']:.0f}", error, f"{found['least_cosine']:.4f}"]
        )
    return f"On {_machine(measured)}; {_versions(measured)}.\n\n{markdown_table(rows)}"


def speed() -> str:
    """Articles a second of Forewarn and others, and what that costs, as Markdown."""
    measured = _read("compare")
    found, truth = measured["rivals"], measured["accuracy"]
    cores = measured["machine"]["cores"]
    head = ["", "Articles a second", "To the pipeline", "A million cost", "Macro AP", "Macro F1"]
    rows = [head]
    for name, (title, network) in _RIVALS.items():
        if name not in found:
            continue
        speed = found[name]["articles_per_second"]
        hours = 1e6 / speed / 3600
        figures = [f"{100 * truth[network][f]:.1f}" for f in ("average_precision", "f1")]
        cost = f"{hours:,.0f} h, {hours * cores * DOLLARS_PER_CORE_HOUR:,.2f} $"
        times = _times_as_fast(found[name], found["transformers"])
        rows.append([title, f"{speed:,.1f}", f"{times:.2f}", cost, *figures])
    articles = measured["articles"]
    served = _times_as_fast(found["forewarn serve"], found["forewarn"])
    return (
        f"On {_machine(measured)}; {_versions(measured)}. Articles have {articles['mean_words']} "
        f"words in the mean, {articles['mean_tokens']:,.0f} tokens in "
        f"{articles['mean_windows']:.1f} windows; {articles['padded_share']:.1%} of what the "
        f"encoder reads is padding. A core costs {DOLLARS_PER_CORE_HOUR} $ an hour."
        f"\n\n{markdown_table(rows)}\n\nWith sixteen callers the server gives {served:.0%} of what "
        "the classifier gives alone; its callers have the same cores."
    )


def desk() -> str:
    """How long the desk's pages take, as Markdown."""
    measured = _read("desk")
    rows = [["Page", "Median", "p95"]]
    for name, found in measured["milliseconds"].items():
        rows.append([name, f"{found['p50']:.0f} ms", f"{found['p95']:.0f} ms"])
    return (
        f"On {_machine(measured)}, SQLite, {measured['articles']:,} articles with their texts in "
        f"the queue, {measured['decided']:,} of them decided; `python -m benchmarks.desk` "
        f"measures it.\n\n{markdown_table(rows)}"
    )


def waiting() -> str:
    """How long callers wait, memory and cold start, as Markdown."""
    measured = _read("compare")
    rows = [["", "One caller", "Sixteen callers", "Peak MB", "Cold start"]]
    for name, (title, _) in _RIVALS.items():
        if name not in measured["rivals"]:
            continue
        found = measured["rivals"][name]
        waits = [
            " / ".join(f"{found[callers][p]:,.0f}" for p in ("p50", "p95", "p99"))
            for callers in ("one_caller_ms", "sixteen_callers_ms")
        ]
        cold = f"{found['cold_start_seconds']:.1f} s"
        rows.append([title, *waits, f"{found['peak_memory_mb']:,}", cold])
    (cold,) = measured["cold_start_seconds"].values()
    return (
        "Milliseconds until an article of 800 words is answered, p50 / p95 / p99; cold start is "
        f"from nothing to the first answer.\n\n{markdown_table(rows)}\n\n"
        f"`forewarn classify` takes {cold:.2f} s from cold for one article."
    )


def limits() -> str:
    """What the machine could do, and where the time goes, as Markdown."""
    measured = _read("compare")
    rates, stages = measured["limits"], measured["stages"]
    tokens = (
        measured["rivals"]["forewarn"]["articles_per_second"] * measured["articles"]["mean_tokens"]
    )
    used = tokens * rates["encoder_mops_per_token"] / 1000
    rows = [["Stage", "Share of the time"]]
    for name, share in stages["of_the_whole"].items():
        rows.append([name, f"{share:.1%}" if share > 0 else "less than can be measured"])
        if name == "encoder":
            parts = stages["of_the_encoder"].items()
            rows += [[f"– {part}", f"{of_it * share:.1%}"] for part, of_it in parts]
    return (
        f"Chains of fully connected layers run at {rates['int8_gops']:,.0f} billion operations a "
        f"second in int8 here, at {rates['bfloat16_gops']:,.0f} in bfloat16. A token takes "
        f"{rates['encoder_mops_per_token']} million, so {tokens:,.0f} tokens a second are "
        f"**{used / rates['int8_gops']:.0%} of the int8 limit** and "
        f"{used / rates['bfloat16_gops']:.0%} of what bfloat16 could give. On one core, an article "
        f"spends its time like this:\n\n{markdown_table(rows)}"
    )


def growth() -> str:
    """How time grows with length, as Markdown."""
    found = _read("compare")["growth"]
    rows = [
        ["Words", *(f"{words:,}" for words in found["words"])],
        ["Milliseconds", *(f"{ms:,.0f}" for ms in found["milliseconds"])],
    ]
    return (
        f"{markdown_table(rows)}\n\nThe straight line that fits best is {found['ms_of_none']:.1f} "
        f"ms and {found['ms_per_1000_words']:.1f} ms for each 1,000 words: R² "
        f"{found['r_squared']:.4f}, no length further from it than "
        f"{found['largest_deviation']:.0%}."
    )


def draw_growth(path: Path) -> None:
    """The same as a picture."""
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    mpl.rcParams.update({"svg.hashsalt": "growth", "svg.fonttype": "none", "font.size": 9})
    found = _read("compare")["growth"]
    figure, axes = plt.subplots(figsize=(6, 3.2), layout="constrained")
    first, last = found["words"][0], found["words"][-1]
    steps = [first * (last / first) ** (n / 60) for n in range(61)]
    line = [found["ms_of_none"] + found["ms_per_1000_words"] * words / 1000 for words in steps]
    axes.loglog(steps, line, color="#8a93a3", label="straight line, best fit")
    axes.loglog(found["words"], found["milliseconds"], "o", color="#1d4ed8", label="measured")
    axes.set(xlabel="words of an article", ylabel="milliseconds")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def window_lengths() -> str:
    """What round lengths of windows bring, as Markdown."""
    measured = _read("window_lengths")
    plain = next(iter(measured["steps"].values()))["articles_per_second"]
    rows = [["Filled up to multiples of", "Articles a second", "Peak MB"]]
    for step, found in measured["steps"].items():
        speed = found["articles_per_second"]
        memory = f"{found['peak_memory_mb']:,.0f}"
        rows.append([f"{step} tokens", f"{speed:.1f} ({speed / plain:.2f} times)", memory])
    return f"On {_machine(measured)}, articles of mixed lengths.\n\n{markdown_table(rows)}"


def first_look() -> str:
    """What a cheap first look would bring, as Markdown."""
    measured = _read("first_look")
    head = ["First look", "Articles", "Flagged", "Passed on", "Flagged and missed", "Times as fast"]
    rows = [head]
    for name, mixes in measured["looks"].items():
        for mix, found in mixes.items():
            missed = zip(found["missed_of_a_label"], found["flagged_of_a_label"], strict=True)
            rows.append(
                [
                    name,
                    f"{found['articles']:,}, {mix}",
                    f"{found['flagged']:.0%}",
                    f"{found['passed_on']:.0%}",
                    ", ".join(f"{few} of {all_of_them}" for few, all_of_them in missed),
                    f"{found['times_as_fast']:.1f}",
                ]
            )
    return (
        f"On {_machine(measured)}. The look itself takes {measured['cost_to_whole']:.1%} of the "
        "time; missed are those of minors, violence and trauma.\n\n"
        f"{markdown_table(rows)}"
    )


DOLLARS_PER_CORE_HOUR = 0.04  # about what a virtual x86 core of the large clouds costs on demand
_RIVALS = {
    "forewarn": ("Forewarn, in one process", "as released"),
    "forewarn serve": ("Forewarn, over HTTP", "as released"),
    "transformers": ("`transformers` pipeline, float32", "float32"),
    "onnxruntime": ("ONNX Runtime, float32", "float32"),
    "infinity": ("infinity, float32, over HTTP", "float32"),
    "tfidf": ("TF-IDF and logistic regression", "tfidf"),
}
_TABLES: dict[str, list[tuple[str, Callable[[], str]]]] = {
    "operations.md": [("sizing", sizing)],
    "archive.md": [("screening", screening)],
    "performance.md": [
        ("speed", speed),
        ("waiting", waiting),
        ("limits", limits),
        ("growth", growth),
        ("runtimes", runtimes),
        ("window_lengths", window_lengths),
        ("first_look", first_look),
    ],
    "desk.md": [("desk", desk)],
    "learning.md": [("newsroom", newsroom)],
    "decisions/2026-11-28-long-articles.md": [("long_articles", long_articles)],
}


def _read(name: str) -> dict[str, Any]:
    return dict(json.loads((RESULTS / f"{name}.json").read_text("utf-8")))


def _times_as_fast(one: dict[str, Any], other: dict[str, Any]) -> float:
    """How many times as fast one rival is as the other: the median of the rounds' ratios."""
    rounds = zip(one["of_each_round"], other["of_each_round"], strict=True)
    return float(statistics.median(mine / theirs for mine, theirs in rounds))


def _machine(measured: dict[str, Any]) -> str:
    machine = measured["machine"]
    cores = f"{machine['cores']} core" + "s" * (machine["cores"] != 1)
    return f"{cores} ({machine['processor']})"


def _versions(measured: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} {v.partition('+')[0].partition('-')[0]}"
        for name, v in measured["versions"].items()
    )


def _share(found: dict[str, Any] | None, load: dict[str, Any]) -> str:
    return f"{found['count'] / load['requests']:.1%}" if found else "0.0%"


if __name__ == "__main__":
    main()
