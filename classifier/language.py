"""Is this English? With py3langid, whose model is in the package."""

import importlib
from functools import cache
from typing import Any

# The probability of English below which a text counts as another language. Of 1,500 English
# training articles cut to their first 20 characters the least sure had 0.0014, at 160 characters
# 0.31; sentences in Finnish, Swedish, Danish, German, French, Dutch, Welsh and Irish stay under
# 0.0003, short German ones under 0.003.
SURELY_FOREIGN = 0.001
FOREIGN = 0.05
LONG = 160  # characters, from which `FOREIGN` counts
SUPPORTED = "en"


@cache
def load_identifier() -> Any:
    """The model, which takes half a second to unpack the first time."""
    langid = importlib.import_module("py3langid.langid")
    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)


def detect_language(text: str) -> str | None:
    """ISO 639-1 code of a normalised text's language; None where it has no letters.

    English is given the benefit of the doubt: headlines are full of names.
    """
    if not any(character.isalpha() for character in text):
        return None
    ranked = [(str(code), float(share)) for code, share in load_identifier().rank(text)]
    english = dict(ranked)[SUPPORTED]
    limit = FOREIGN if len(text) >= LONG else SURELY_FOREIGN
    return SUPPORTED if english >= limit else next(c for c, _ in ranked if c != SUPPORTED)


def is_supported(tag: str) -> bool:
    """Whether a BCP 47 tag names a language that the classifier reads."""
    return tag.replace("_", "-").split("-")[0].lower() == SUPPORTED
