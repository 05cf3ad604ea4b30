"""Figures in the documents are those that the benchmarks wrote."""

from benchmarks.tables import documents


def test_the_documents_have_the_measured_figures() -> None:
    for path, expected in documents().items():
        assert path.read_text("utf-8") == expected, "run `python -m benchmarks.tables`"
