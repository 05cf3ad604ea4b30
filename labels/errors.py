"""What can be wrong with the files of this package.

ValueError
└── LabelsError           a file says something that cannot be used
    ├── TaxonomyError     taxonomy.toml
    ├── AnnotationError   annotations, or texts to join with them
    └── PolicyError       a house policy
"""


class LabelsError(ValueError):
    """An error in four parts: what is wrong, what was expected, what was got, what to do."""

    def __init__(self, what: str, expected: str, got: str, remedy: str) -> None:
        super().__init__(what, expected, got, remedy)
        self.what, self.expected, self.got, self.remedy = what, expected, got, remedy

    def __str__(self) -> str:
        return f"{self.what}. Expected: {self.expected}. Got: {self.got}. {self.remedy}"


class TaxonomyError(LabelsError):
    """The taxonomy cannot be used."""


class AnnotationError(LabelsError):
    """An annotation, or a text to join with annotations, cannot be used."""


class PolicyError(LabelsError):
    """A house policy cannot be used; `what` begins with the file and the line."""
