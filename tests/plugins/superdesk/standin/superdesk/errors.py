"""The one error that a plug-in raises."""


class SuperdeskApiError(Exception):
    @classmethod
    def badRequestError(cls, message: str) -> "SuperdeskApiError":  # noqa: N802
        return cls(400, message)
