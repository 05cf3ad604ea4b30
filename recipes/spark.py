"""Spark: score a table of articles where the archive already lies.

`python -m recipes.spark ARTICLES.parquet SCORED` (or `spark-submit`) reads Parquet with a column
`body` and any of `id`, `url`, `date`, `section`, `language`, `title`, `format`, and writes one row
an article. Each Python worker loads one classifier of one thread, once. Forewarn must be installed
where the workers run; `PYSPARK_PYTHON` names the Python that has it.
"""

import argparse
from collections.abc import Iterable, Iterator

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from labels import read_taxonomy
from serving.archive.scoring import Scoring, score_with
from serving.archive.table import result_schema


def score(articles: DataFrame, scoring: Scoring) -> DataFrame:
    """The assessments of a table of articles."""

    def score_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return map(score_with(scoring), batches)

    columns = from_arrow_schema(result_schema(read_taxonomy().label_ids))
    return articles.mapInArrow(score_batches, columns)


def main() -> None:
    """Read, score, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", help="file, folder or URL of Parquet")
    parser.add_argument("to", help="folder or URL for the table")
    arguments = parser.parse_args()
    spark = SparkSession.builder.appName("forewarn").getOrCreate()
    score(spark.read.parquet(arguments.articles), Scoring(threads=1)).write.parquet(arguments.to)
    spark.stop()


if __name__ == "__main__":
    main()
