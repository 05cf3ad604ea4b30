"""The recipes, on a real Ray and a real Spark of this machine."""

import shutil
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from serving.archive.scoring import Scoring
from serving.archive.table import ARTICLES, as_articles
from serving.errors import ServingError
from tests.serving.archive.articles import record


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A table as newsrooms have them: few columns, a real date, numbers for ids, several files."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for part in range(3):
        numbers = range(8 * part, 8 * part + 8)
        table = pa.table(
            {
                "id": list(numbers),
                "date": [date(2024, 5, 1 + number) for number in numbers],
                "headline_length": [8 for _ in numbers],
                "title": [record(number).submission.title for number in numbers],
                "body": [record(number).submission.article.body for number in numbers],
            }
        )
        pq.write_table(table, folder / f"{part}.parquet")
    return folder


@pytest.fixture
def scoring(artifact: Path) -> Scoring:
    return Scoring(artifact=artifact, threads=1)


def expected(articles: Path, scoring: Scoring) -> list[dict[str, Any]]:
    batches = pq.read_table(articles).combine_chunks().to_batches()
    rows = [row for one in batches for row in scoring.scorer().score_batch(one).to_pylist()]
    assert [row["id"] for row in rows] == [str(number) for number in range(24)]
    assert rows[0]["date"] == "2024-05-01"
    return rows


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: int(row["id"]))


@pytest.fixture
def local_ray(repository: Path) -> Iterator[Any]:
    ray: Any = pytest.importorskip("ray", reason="Ray is not installed")
    ray.init(
        num_cpus=3,
        include_dashboard=False,
        log_to_driver=False,
        runtime_env={"env_vars": {"PYTHONPATH": str(repository)}},
    )
    yield ray
    ray.shutdown()


# Ray Data warns of its own settings, and that so few articles need no two actors.
@pytest.mark.filterwarnings("ignore:The minimum number of concurrent actors:UserWarning")
@pytest.mark.filterwarnings(r"ignore:`use_\w+` is deprecated:DeprecationWarning")
def test_ray_data(local_ray: Any, articles: Path, scoring: Scoring) -> None:
    from recipes.ray_data import score

    scored = score(local_ray.data.read_parquet(str(articles)), scoring, 2)
    assert in_order(scored.take_all()) == expected(articles, scoring)


@pytest.fixture
def spark(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java: `make servers` installs it")
    from pyspark.sql import SparkSession

    monkeypatch.setenv("PYTHONPATH", str(repository))
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    builder: Any = SparkSession.builder
    session = (
        builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "512m")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
def test_spark(spark: Any, articles: Path, scoring: Scoring, tmp_path: Path) -> None:
    from recipes.spark import score

    score(spark.read.parquet(str(articles)), scoring).write.parquet(str(tmp_path / "scored"))
    rows = pq.read_table(tmp_path / "scored").to_pylist()
    assert in_order(rows) == expected(articles, scoring)


def test_a_table_without_bodies_is_refused() -> None:
    with pytest.raises(ServingError, match=r"no column 'body', only text\. Rename"):
        as_articles(pa.RecordBatch.from_pydict({"text": ["Police closed the bridge."]}))


def test_columns_that_are_no_text_are_refused() -> None:
    with pytest.raises(ServingError, match=r"Column 'body' .* holds list<.*Convert it"):
        as_articles(pa.RecordBatch.from_pydict({"body": [["Police closed the bridge."]]}))


def test_what_is_lacking_is_null() -> None:
    (row,) = as_articles(pa.RecordBatch.from_pydict({"body": ["Ferry late."]})).to_pylist()
    assert row == dict.fromkeys(ARTICLES.names) | {"body": "Ferry late."}
