"""What Forewarn looks for: the taxonomy, the codebook, and annotations of articles by id."""

from labels.annotations import Annotation, Span, read_annotations, strip_texts, text_hash
from labels.errors import AnnotationError, LabelsError, TaxonomyError
from labels.joining import JoinReport, join
from labels.jsonl import read_jsonl, write_jsonl
from labels.taxonomy import (
    Detail,
    Label,
    Severity,
    SubLabel,
    Taxonomy,
    Treatment,
    read_taxonomy,
)

__all__ = [
    "Annotation",
    "AnnotationError",
    "Detail",
    "JoinReport",
    "Label",
    "LabelsError",
    "Severity",
    "Span",
    "SubLabel",
    "Taxonomy",
    "TaxonomyError",
    "Treatment",
    "join",
    "read_annotations",
    "read_jsonl",
    "read_taxonomy",
    "strip_texts",
    "text_hash",
    "write_jsonl",
]
