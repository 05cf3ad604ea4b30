"""Invented articles, texts that a normaliser may stumble over, and strategies for more of both."""

import unicodedata

from hypothesis import strategies as st

from classifier import Article
from tests.tiny import WORDS

ARTICLES = (
    Article(
        title="Girl, 9, found after night on the moor",
        body=(
            "A girl of nine who was lost on the moor above Harbour was found on Sunday. She was "
            "cold and had hurt her hand.\n\nHer father said that the dog had not left her. Police "
            "thanked more than 80 people who had looked for her through the night."
        ),
    ),
    Article(
        title="Two hurt in attack at Eastmere station",
        body=(
            "A man with a knife attacked two women at Eastmere station on Friday. Both were taken "
            "to hospital. One of them, a nurse, died there in the evening.\n\nA court was told "
            "that the man, 41, had said nothing to the police."
        ),
    ),
    Article(
        body="Shares in the bank rose after it reported a profit of 40 million. It will open ten "
        "branches in the north, the chairman said.",
    ),
)

FOREIGN = Article(
    title="Poika vietiin sairaalaan",
    body="Poika vietiin sairaalaan lauantaina poliisin pidätyksen jälkeen.",
    id="fi-1",
)

HOSTILE = {
    "emoji": "Police said the boy \U0001f692\U0001f468\u200d\U0001f469\u200d\U0001f467 died. "
    "\U0001f56f\ufe0f The school was closed on Monday.",
    "nul and escapes": "The\x00 girl was in the hospital.\x07 Her\x1b[31m mother\x1b[0m said so. "
    "\x9b2J The police came.",
    "soft hyphens": "The po\u00adlice came to the hos\u00adpi\u00adtal.\u00ad The man was "
    "in\u00adjured in the at\u00adtack.",
    "lone surrogates": "\ud83d The boy was at school.\udc00 The man\udfff was at the match \ud800.",
    "crlf": "\r\nThe boy was at school.\r\n\r\nThe police came\r\nto the garden.\r\rShe died.\r\n",
    "right to left": "The boy \u200f\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u200e was at school. "
    "\u202eThe man was killed.\u202c The \u2067police\u2069 came.",
    "marks in front": "\ufeff\u200b \u00a0The cafe\u0301 owner was killed by the man.\u2028\u2029"
    "\t\tThe end was at the hospital.\u3000\ufeff",
}


def is_visible(character: str) -> bool:
    """Whether a reader sees it: no white space, control or format character."""
    return not character.isspace() and unicodedata.category(character) not in ("Cc", "Cf")


def texts(longest: int = 60) -> st.SearchStrategy[str]:
    """Up to `longest` words, odd characters, unbroken runs and paragraph breaks in any mixture."""
    piece = st.one_of(
        st.sampled_from(WORDS),
        st.sampled_from([". ", "! ", "? ", ", ", " ", " ", "\u201d ", "Dr. ", "...", "-"]),
        st.sampled_from(["\n\n", "\r\n\r\n", "\n", "\t", "\u2029", "\x0b", "\u00a0", "\x1f"]),
        st.sampled_from(["\u00ad", "\x00", "\u200d", "\ufeff", "\u200f", "\u202e", "\x1b[31m"]),
        st.sampled_from(["\U0001f692", "\U0001f1eb\U0001f1ee", "e\u0301", "\u0301", "\uac01"]),
        st.integers(30, 120).map("x".__mul__),
        st.characters(),  # surrogates too
    )
    spaced = st.tuples(piece, st.sampled_from(["", " "])).map("".join)
    return st.lists(spaced, max_size=longest).map("".join)


def articles() -> st.SearchStrategy[Article]:
    """Articles of such texts; the title may be longer than a window leaves room for."""
    return st.builds(Article, body=texts(), title=st.one_of(st.just(""), texts(30)))
