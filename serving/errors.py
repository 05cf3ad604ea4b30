"""What can keep the server from starting.

ForewarnError
└── ServingError     a setting, a host or a port cannot be used

Says what happened, what was expected, what was found and what to do.
"""

from classifier import ForewarnError


class ServingError(ForewarnError):
    """The server cannot start as it is set up; whoever runs it can mend that."""
