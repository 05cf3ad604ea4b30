"""Invented articles, and files of them."""

from pathlib import Path

TITLE = "Girl, 9, found after night on the moor"
BODY = (
    "A girl of nine who was lost on the moor was found on Sunday. She was cold.\n\n"
    "Her father said that the dog had not left her. Police thanked more than 80 people."
)
FINNISH = "Poika vietiin sairaalaan lauantaina poliisin pidätyksen jälkeen."


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path
