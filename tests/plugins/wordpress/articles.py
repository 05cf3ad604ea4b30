"""Invented articles for a newspaper that isn't there."""

TITLE = "Officer suspended after video shows him kneeling on schoolboy's neck"
PARAGRAPHS = (
    "A police officer in Eastmere has been suspended after a video showed him kneeling on the neck "
    "of a 13-year-old boy outside a school.",
    "The footage, taken by a pupil, shows the officer throwing the boy to the ground, handcuffing "
    "him and pressing a knee into his neck while he cries that he cannot breathe.",
    "The boy stopped breathing and died on the pavement. Prosecutors have charged the officer with "
    "murder. Police said the boy had been mistaken for an older youth.",
    "The town council meets on Thursday to choose a contractor for the new ferry ramp.",
)
QUIET_TITLE = "Council picks contractor for ferry ramp"
QUIET = (
    "The council in Eastmere has chosen a contractor for the new ferry ramp. Work begins in March "
    "and takes six weeks.",
    "Residents had asked for a wider landing with a roof. The contractor offered the lowest price "
    "of three, a spokeswoman said on Tuesday.",
    "The old ramp stays open until the new one is finished.",
)


def blocks(paragraphs: tuple[str, ...] = PARAGRAPHS) -> str:
    """Paragraphs as the block editor stores them."""
    return "\n\n".join(
        f"<!-- wp:paragraph -->\n<p>{one}</p>\n<!-- /wp:paragraph -->" for one in paragraphs
    )
