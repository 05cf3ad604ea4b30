"""What goes into the cells of a CSV file that may be opened in a spreadsheet."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def text_cell(text: str | None) -> str:
    """The text; one that a spreadsheet would run as a formula gets an apostrophe before it.

    See https://owasp.org/www-community/attacks/CSV_Injection
    """
    text = text or ""
    return f"'{text}" if text.startswith(_FORMULA) else text
