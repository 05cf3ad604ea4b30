"""What keeps a page from being shown.

DeskError
├── SignInError     nobody is signed in
└── RefusalError    a sentence for the person: what happened, and what to do
"""


class DeskError(Exception):
    """A page that is not shown as it was asked for."""


class SignInError(DeskError):
    """Nobody is signed in; the page to do so comes instead."""


class RefusalError(DeskError):
    """The page says what is wrong."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
