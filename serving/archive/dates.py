"""Dates as tables and objects of JSON keep them."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime

from serving.archive.readers.common import iso_date

# Beside those of `iso_date`. Which of 04/05/2019 is the month cannot be known.
_DATES = ("%Y/%m/%d", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%Y%m%d%H%M%S")
_EPOCH = re.compile(r"(\d{9,10}|\d{13})(\.\d+)?", re.ASCII)
_MILLISECONDS = 10**11  # seconds up to here would lead to the year 5138


def as_date(value: object) -> str | None:
    """In ISO 8601, as far as it is known; None where `value` is no date.

    It may be one of Python, a number (a year, or seconds or milliseconds since 1970), or a text.
    """
    if isinstance(value, datetime | date):
        return value.isoformat().replace("+00:00", "Z")
    if not isinstance(value, str | int | float):
        return None
    text = str(value).strip().removesuffix(".0")
    with suppress(ValueError, OverflowError):
        if _EPOCH.fullmatch(text):
            seconds = float(text)
            seconds /= 1000 if seconds >= _MILLISECONDS else 1
            return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
        if found := iso_date(text.replace(" UTC", "Z")):
            return found
    for form in _DATES:
        with suppress(ValueError):
            parsed = datetime.strptime(text, form)
            return parsed.isoformat() if "%H" in form else parsed.date().isoformat()
    return None
