"""What Forewarn looks for and what newsrooms do about it: taxonomy, annotations, house policy."""

from labels.annotations import Annotation, Span, read_annotations, strip_texts, text_hash
from labels.decided import DecidedArticle, Judgement, read_decided
from labels.errors import AnnotationError, LabelsError, PolicyError, TaxonomyError
from labels.house_policy import Policy
from labels.joining import JoinReport, join
from labels.jsonl import read_jsonl, write_jsonl
from labels.policy_reading import parse_policy, read_policy
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
    "DecidedArticle",
    "Detail",
    "JoinReport",
    "Judgement",
    "Label",
    "LabelsError",
    "Policy",
    "PolicyError",
    "Severity",
    "Span",
    "SubLabel",
    "Taxonomy",
    "TaxonomyError",
    "Treatment",
    "join",
    "parse_policy",
    "read_annotations",
    "read_decided",
    "read_jsonl",
    "read_policy",
    "read_taxonomy",
    "strip_texts",
    "text_hash",
    "write_jsonl",
]
