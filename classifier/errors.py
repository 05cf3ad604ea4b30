"""What can go wrong, drawn as a tree.

ForewarnError
├── ArtifactError     the artifact folder is incomplete, altered, or made for something else
├── DeviceError       torch, or the GPU that was asked for, is not there
└── ArticleError      the caller's article cannot be taken in (too long, not text)

Every message says what happened, what was expected, what was found and what to do.
No message carries text of an article.
"""


class ForewarnError(Exception):
    """Base of every error that Forewarn raises on purpose."""


class ArtifactError(ForewarnError):
    """The artifact on disk cannot be trusted or does not fit this code."""


class DeviceError(ForewarnError):
    """The network cannot run where it was asked to."""


class ArticleError(ForewarnError, ValueError):
    """The article cannot be taken in; the caller can mend it."""
