"""What an article is to the machine: its text, windows, network, artifact and classifier."""

from classifier.article import Article
from classifier.assessment import Assessment, Evidence, LabelAssessment, Presence, Reason, Versions
from classifier.classifier import SensitivityClassifier
from classifier.errors import ArticleError, ArtifactError, ForewarnError
from classifier.version import __version__

__all__ = [
    "Article",
    "ArticleError",
    "ArtifactError",
    "Assessment",
    "Evidence",
    "ForewarnError",
    "LabelAssessment",
    "Presence",
    "Reason",
    "SensitivityClassifier",
    "Versions",
    "__version__",
]
