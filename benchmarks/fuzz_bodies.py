"""Does the reader of bodies ever fail, lose text or put an anchor wrong? Two fuzzers look.

`python -m benchmarks.fuzz_bodies --inputs 1000000` has atheris, led by the reader's branches, and
hypothesis, led by a seed, write sources; `benchmarks/bodies_oracle.py` says what must hold of them.
Rows of one thing, a short and a long, are compared for the work they make. The figures, and the
shortest source of each fault, go into `benchmarks/results/fuzz_bodies.json`; a fault makes it exit
with 1.
"""

import argparse
import importlib
import json
import multiprocessing
import os
import platform
import random
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.bodies_sources import BUILDERS, TOKENS, Form, row

RESULTS = Path(__file__).with_name("results") / "fuzz_bodies.json"
HYPOTHESIS_SHARE = 0.05  # it needs several times as long for an input
BATCH = 2000  # hypothesis remembers what it has tried
LONGEST = 64  # bytes that atheris decides with
ROWS_PER_INPUT = 3e-4
ROW, FACTOR = 1000, 50
TOO_MUCH = 3 * FACTOR  # linear is once the factor, quadratic its square


@dataclass
class Findings:
    """How many sources were tried, and the shortest that each fault was seen in."""

    inputs: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    shortest: dict[str, str] = field(default_factory=dict)

    def try_one(self, source: str, form: Form) -> None:
        """Count what does not hold of a source; an exception is a crash."""
        from benchmarks.bodies_oracle import wrong  # brings the reader, which atheris must see come

        self.inputs += 1
        try:
            found = set(wrong(source, form))
        except Exception as error:
            found = {f"crash: {type(error).__name__}"}
        for fault in found:
            self.add(fault, source)

    def add(self, fault: str, source: str) -> None:
        """Count a fault, keep its source if it is the shortest."""
        self.faults[fault] += 1
        self.shortest[fault] = min(self.shortest.get(fault, source), source, key=len)


def main() -> None:
    """Fuzz, write, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    load_atheris()
    drawn = round(arguments.inputs * HYPOTHESIS_SHARE)
    led, coverage = run_atheris(arguments.inputs - drawn, arguments.seed)
    seeded = run_hypothesis(drawn, arguments.seed)
    rows = run_rows(max(1, round(arguments.inputs * ROWS_PER_INPUT)), arguments.seed)
    faults = led.faults + seeded.faults + rows.faults
    result = {
        "inputs": led.inputs + seeded.inputs,
        "crashes": sum(n for fault, n in faults.items() if fault.startswith("crash")),
        "wrong_anchors": faults["anchor"] + faults["span"],
        "faults": faults,
        "atheris": vars(led) | {"coverage": coverage},
        "hypothesis": vars(seeded),
        "rows": vars(rows),
        "seed": arguments.seed,
        "processor_minutes": round(sum(os.times()[:4]) / 60, 1),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("atheris", "hypothesis", "selectolax")},
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))
    sys.exit(int(bool(faults)))


def load_atheris() -> Any:
    """The module; it ships no types. Exits with what to do where it is missing."""
    try:
        return importlib.import_module("atheris")
    except ImportError:
        sys.exit(
            "Fuzzing needs atheris, which is not installed. It has wheels for Linux on x86-64 and "
            "Python 3.11 to 3.13 only: run `make setup` there and try again."
        )


def run_atheris(inputs: int, seed: int) -> tuple[Findings, dict[str, int]]:
    """Inputs led by coverage, in a process of their own: libFuzzer ends the process it runs in."""
    with tempfile.TemporaryDirectory() as folder:
        process = multiprocessing.get_context("spawn").Process(
            target=_atheris_process, args=(Path(folder), inputs, seed)
        )
        process.start()
        process.join()
        log = (Path(folder) / "log").read_text("utf-8", "replace")
        answer = Path(folder) / "findings"
        if not answer.exists():
            sys.exit(f"atheris ended early, with code {process.exitcode}:\n{log[-2000:]}")
        read = json.loads(answer.read_text("utf-8"))
    progress = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", log)[-1]
    coverage = dict(zip(("edges", "features", "corpus"), map(int, progress), strict=True))
    return Findings(read["inputs"], Counter(read["faults"]), read["shortest"]), coverage


def _atheris_process(folder: Path, inputs: int, seed: int) -> None:
    atheris = load_atheris()
    with atheris.instrument_imports(include=["serving.bodies"]):
        import serving.bodies.body  # noqa: F401
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT)
    os.dup2(log, 2)
    words = (token.encode("utf-8", "surrogatepass") for token in TOKENS)
    quoted = ('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n' for word in words)
    (folder / "dictionary").write_text("".join(quoted), "ascii")
    findings = Findings()

    def try_bytes(data: bytes) -> None:
        provider = atheris.FuzzedDataProvider(data)
        if provider.ConsumeIntInRange(0, 3):
            form = provider.PickValueInList(list(BUILDERS))
            source = BUILDERS[form](lambda n: provider.ConsumeIntInRange(0, n - 1))
        else:
            form, source = "any", provider.ConsumeBytes(LONGEST).decode("utf-8", "surrogateescape")
        findings.try_one(source, form)
        if findings.inputs == inputs:
            (folder / "findings").write_text(json.dumps(vars(findings)), "utf-8")

    options = [f"-runs={inputs}", f"-seed={seed}", f"-max_len={LONGEST}"]
    paths = [f"-artifact_prefix={folder}/", f"-dict={folder / 'dictionary'}"]
    atheris.Setup([sys.argv[0], *options, *paths], try_bytes)
    atheris.Fuzz()


def run_hypothesis(inputs: int, seed: int) -> Findings:
    """Inputs drawn by hypothesis, the same for the same seed."""
    import hypothesis
    from hypothesis import strategies as st

    findings = Findings()

    def try_drawn(data: st.DataObject) -> None:
        form = data.draw(st.sampled_from(list(BUILDERS)))
        findings.try_one(BUILDERS[form](lambda n: data.draw(st.integers(0, n - 1))), form)

    while findings.inputs < inputs:
        settings = hypothesis.settings(
            max_examples=min(BATCH, inputs - findings.inputs),
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        test = hypothesis.given(st.data())(try_drawn)
        hypothesis.seed(seed + findings.inputs)(settings(test))()
    return findings


def run_rows(rows: int, seed: int) -> Findings:
    """Rows of one thing: a row several times as long may not take many times as long."""
    findings = Findings()
    generator = random.Random(seed)
    for _ in range(rows):
        first, unit, last = row(generator.randrange)
        findings.inputs += 1
        short, long = (first + unit * count + last for count in (ROW, ROW * FACTOR))
        if all(_seconds(long) > TOO_MUCH * _seconds(short) for _ in range(3)):
            findings.add("more than linear", f"{first} … {unit} … {last}")
    return findings


def _seconds(source: str) -> float:
    from serving.bodies.markup import read_html

    began = time.thread_time()
    read_html(source)
    return time.thread_time() - began


if __name__ == "__main__":
    main()
