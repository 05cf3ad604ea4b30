"""Ray Data: score a table of articles on a cluster.

`python -m recipes.ray_data ARTICLES.parquet SCORED` reads Parquet with a column `body`
and any of `id`, `url`, `date`, `section`, `language`, `title`, `format`, and writes one row an
article. Each actor loads one classifier of one thread. Forewarn must be installed on all nodes.
"""

import argparse
from typing import Any

import pyarrow as pa
import ray

from serving.archive.scoring import Scoring, score_with

ROWS = 256  # in a batch: enough to sort by length, few enough to spread


class Score:
    """A table of articles in, a table of assessments out."""

    def __init__(self, scoring: Scoring) -> None:
        self._score_batch = score_with(scoring)

    def __call__(self, articles: pa.Table) -> pa.Table:
        """One row for each article, in order."""
        return pa.Table.from_batches([self._score_batch(one) for one in articles.to_batches()])


def score(articles: "ray.data.Dataset", scoring: Scoring, actors: int) -> "ray.data.Dataset":
    """The assessments of a dataset of articles, in no particular order.

    Each actor keeps a core to itself, and reading takes one: with as many actors as the cluster has
    cores, Ray waits for ever.
    """
    options: dict[str, Any] = {
        "batch_format": "pyarrow",
        "batch_size": ROWS,
        "compute": ray.data.ActorPoolStrategy(size=actors),
        "num_cpus": 1,
    }
    return articles.map_batches(Score, fn_constructor_args=(scoring,), **options)


def main() -> None:
    """Read, score, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", help="file, folder or URL of Parquet")
    parser.add_argument("to", help="folder or URL for the table")
    parser.add_argument("--actors", type=int, help="default: one fewer than the cluster has cores")
    arguments = parser.parse_args()
    ray.init()
    cluster: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    actors = arguments.actors or max(1, int(cluster["CPU"]) - 1)
    articles = ray.data.read_parquet(arguments.articles)
    score(articles, Scoring(threads=1), actors).write_parquet(arguments.to)


if __name__ == "__main__":
    main()
