"""What can go wrong with what is stored.

ServingError
└── StoreError                  the database cannot be used, or not now
    ├── KeyRefusedError         a key cannot be made, revoked or rotated as asked
    ├── DecisionRefusedError    a decision cannot be stored as given
    ├── ConflictError           an idempotency key that came with another decision before
    ├── CursorError             a cursor that no page gave
    └── QueueError              an article of the queue cannot be changed as asked
        └── OvertakenError      somebody else has changed it meanwhile

Every message says what happened, what was expected, what was found and what to do. None has a
password, the secret of a key, or anything of an article.
"""

from serving.errors import ServingError


class StoreError(ServingError):
    """The database cannot be used; whoever runs the server can mend that."""


class KeyRefusedError(StoreError):
    """Whoever manages keys asked for something that cannot be done."""


class DecisionRefusedError(StoreError):
    """The caller's decision has a field that cannot be stored."""


class ConflictError(StoreError):
    """The caller used one idempotency key for two different decisions."""


class CursorError(StoreError):
    """The caller's cursor was not made by a page of this kind."""


class QueueError(StoreError):
    """An editor asked for something that cannot be done with an article of the queue."""


class OvertakenError(QueueError):
    """Somebody else has changed the article since the editor saw it."""
