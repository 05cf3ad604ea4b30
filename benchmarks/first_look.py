"""Would a cheap first look pay, that clears what is certainly clear and passes on the rest?

`python -m benchmarks.first_look` tries two linear models on word pieces and pairs of them: the
released lexical model, and one fitted to what the classifier says of articles that nobody
annotated. An article is passed on where any label's score reaches its threshold, which is set on
the dev split so that 99.5 % of the articles that the classifier flags for that label are. It writes
`benchmarks/results/first_look.json`: how many articles are passed on of a natural mix, and how many
of those that the classifier flags.
"""

import argparse
import gzip
import json
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from benchmarks.machine import processor
from classifier import Article, SensitivityClassifier
from classifier.artifact import read_manifest, released_artifact
from classifier.calibration import read_calibration
from classifier.lexical import count_features, read_lexical_model, weigh_features
from classifier.runtime import usable_cores
from classifier.windows import ArticleEncoder, EncodedArticle
from forewarn.options import add_corpus
from training.corpus import read_split

RESULTS = Path(__file__).with_name("results") / "first_look.json"
MISSED = 0.005  # of the flagged articles of a label, at most
CHUNK = 32
Scores = NDArray[np.float64]  # (N, L)
Flags = NDArray[np.bool_]  # (N, L)


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=6_000, help="of those not annotated")
    add_corpus(parser)
    arguments = parser.parse_args()
    result = measure(arguments.corpus, arguments.articles)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


def measure(corpus: Path, count: int) -> dict[str, Any]:
    """All of it. Half of the articles without annotation teach, half are looked at."""
    examples = read_split(corpus, "dev") + read_split(corpus, "test")
    annotated = len(examples)
    strata = np.array([example.stratum for example in examples] + ["none"] * count)
    articles = [example.article for example in examples] + unannotated(corpus, count)
    classifier = SensitivityClassifier.load(released_artifact())
    labels = classifier.taxonomy.label_ids
    flags, whole = ask(classifier, articles)
    encoder = ArticleEncoder.from_file(
        released_artifact() / "tokenizer.json", read_manifest(released_artifact()).windowing
    )
    begun = time.perf_counter()
    read = [encoder.encode(article) for article in articles]
    rows = np.arange(len(articles))
    dev = rows < len(read_split(corpus, "dev"))
    taught = (rows >= annotated) & (rows % 2 == 0)
    mixes = {
        "random stratum of dev and test": strata == "random",
        "not annotated": (rows >= annotated) & ~taught,
    }
    released = released_scores(read, labels)
    cost = (time.perf_counter() - begun) / whole / usable_cores()
    looks = {"released lexical model": released, "fitted to flags": fitted(read, flags, taught)}
    return {
        "machine": {"cores": usable_cores(), "processor": processor()},
        "cost_to_whole": round(cost, 4),
        "looks": {
            name: {mix: figures(scores, flags, dev, of, cost) for mix, of in mixes.items()}
            for name, scores in looks.items()
        },
    }


def unannotated(corpus: Path, count: int) -> list[Article]:
    """The first articles of the unlabelled part."""
    with gzip.open(corpus / "unlabelled.jsonl.gz", "rt", encoding="utf-8") as file:
        found = [json.loads(line) for line in islice(file, count)]
    return [Article(row["text"], row["title"] or "") for row in found]


def ask(classifier: SensitivityClassifier, articles: Sequence[Article]) -> tuple[Flags, float]:
    """What the classifier flags, and the seconds that it took; what it cannot check is flagged."""
    labels, found = classifier.taxonomy.label_ids, []
    begun = time.perf_counter()
    for at in tqdm(range(0, len(articles), CHUNK), unit="chunk"):
        found += classifier.assess(articles[at : at + CHUNK])
    seconds = time.perf_counter() - begun
    return np.array(
        [[not a.labels or a.labels[label].flagged for label in labels] for a in found]
    ), seconds


def released_scores(read: Sequence[EncodedArticle], labels: Sequence[str]) -> Scores:
    """The lexical model's logit of severity 2 and up of each label; the highest section counts."""
    folder = released_artifact()
    model, outputs = (
        read_lexical_model(folder / "lexical.npz"),
        read_calibration(folder / "calibration.json").outputs,
    )
    places = [outputs.index(f"{label}>=2") for label in labels]
    return np.array(
        [
            np.max([model.score(section) for section in one.sections], axis=0)[places]
            if one.sections
            else np.full(len(places), np.inf)
            for one in read
        ],
        dtype=np.float64,
    )


def fitted(read: Sequence[EncodedArticle], flags: Flags, taught: NDArray[np.bool_]) -> Scores:
    """Of a regression for each label on the whole article, fitted to the rows that teach."""
    counted = [count_features(list(one.windows)) for one in read]
    teach = np.flatnonzero(taught)
    found, articles = np.unique(
        np.concatenate([counted[row][0] for row in teach]), return_counts=True
    )
    keys, frequency = found[articles >= 3], articles[articles >= 3]
    idf = (np.log((1 + len(teach)) / (1 + frequency)) + 1).astype(np.float32)
    weighed = [weigh_features(ones, counts, keys, idf) for ones, counts in counted]
    starts = np.cumsum([0, *(len(places) for places, _ in weighed)]).astype(np.int32)
    inputs = csr_array(
        (
            np.concatenate([values for _, values in weighed]),
            np.concatenate([places for places, _ in weighed]).astype(np.int32),
            starts,
        ),
        shape=(len(weighed), len(keys)),
    )
    scores = []
    for column in flags.T:
        model = LogisticRegression(C=20.0, solver="liblinear", class_weight="balanced")
        model.fit(inputs[teach], column[teach])
        scores.append(model.decision_function(inputs))
    return np.stack(scores, axis=1)


def figures(
    scores: Scores, flags: Flags, dev: NDArray[np.bool_], of: NDArray[np.bool_], cost: float
) -> dict[str, Any]:
    """What the first look does to a mix; `cost` is its time as a share of the classifier's."""
    thresholds = [
        np.quantile(scores[dev][flags[dev][:, label], label], MISSED, method="lower")
        for label in range(flags.shape[1])
    ]
    passed: NDArray[np.bool_] = np.asarray((scores[of] >= thresholds).any(1))
    flagged = flags[of]
    return {
        "articles": int(of.sum()),
        "flagged": round(float(flagged.any(1).mean()), 4),
        "passed_on": round(float(passed.mean()), 4),
        "flagged_of_a_label": flagged.sum(0).tolist(),
        "missed_of_a_label": (flagged & ~passed[:, None]).sum(0).tolist(),
        "times_as_fast": round(1 / (cost + float(passed.mean())), 2),
    }


if __name__ == "__main__":
    main()
