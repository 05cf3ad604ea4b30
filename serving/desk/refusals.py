"""What keeps a page from being shown.

DeskError
├── SignInError     nobody is signed in
└── RefusalError    a sentence for the person: what happened, and what to do
"""

from typing import Any


class DeskError(Exception):
    """A page that is not shown as it was asked for."""


class SignInError(DeskError):
    """Nobody is signed in; the page to do so comes instead."""


class RefusalError(DeskError):
    """The page says what is wrong. `person` is who asked, where that is known."""

    def __init__(self, status: int, message: str, person: Any = None) -> None:
        super().__init__(message)
        self.status = status
        self.person = person
