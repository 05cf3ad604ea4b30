"""Invented articles of any length, for timing."""

from pathlib import Path

import numpy as np

_SENTENCES = Path(__file__).with_name("sentences.txt")


def invented_article(words: int, seed: int = 0) -> str:
    """About `words` words of local news in paragraphs of four sentences."""
    known = _SENTENCES.read_text("utf-8").splitlines()
    dice = np.random.default_rng(seed)
    sentences: list[str] = []
    count = 0
    while count < words:
        sentences.append(known[dice.integers(len(known))])
        count += len(sentences[-1].split())
    paragraphs = [" ".join(sentences[i : i + 4]) for i in range(0, len(sentences), 4)]
    return "\n\n".join(paragraphs)
