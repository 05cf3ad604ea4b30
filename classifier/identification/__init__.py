"""Whether readers could tell who a minor is: a transparent check that names its cues."""

from classifier.identification.cues import CueKind
from classifier.identification.risk import (
    Cue,
    Identification,
    Risk,
    find_identification,
    identification_risk,
)

__all__ = [
    "Cue",
    "CueKind",
    "Identification",
    "Risk",
    "find_identification",
    "identification_risk",
]
