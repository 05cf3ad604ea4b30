"""Scoring on a real cluster of two nodes, one of which is killed."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from serving.archive.run import batch_of
from serving.archive.scoring import Scoring
from tests.serving.archive.articles import record

ray: Any = pytest.importorskip("ray", reason="Ray is not installed")


@pytest.fixture
def cluster(repository: Path) -> Iterator[Any]:
    """Two nodes of one core each, beside a head that has none."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
    ray.init(
        address=cluster.address,
        log_to_driver=False,
        runtime_env={"env_vars": {"PYTHONPATH": str(repository)}},
    )
    yield cluster, nodes
    ray.shutdown()
    whole: Any = cluster
    whole.shutdown()


@pytest.mark.skipif(sys.platform == "win32", reason="Ray's cluster of one machine needs Unix")
def test_a_lost_node_costs_nothing_but_time(cluster: Any, artifact: Path) -> None:
    from serving.archive.ray_runner import RayActors

    whole, nodes = cluster
    scoring = Scoring(artifact=artifact, threads=1)
    batches = [
        batch_of([("memory://a", record(n)) for n in range(at, at + 4)]) for at in range(0, 48, 4)
    ]
    found: list[pa.RecordBatch] = []
    for rows in RayActors(scoring, 2).run(batches):
        found.append(rows)
        if len(found) == 3:
            whole.remove_node(nodes[1], allow_graceful=False)
    score = scoring.scorer().score_batch
    assert found == [score(batch) for batch in batches]
