"""An article of nobody's, as CMSs keep it, and its text in a language that is not read."""

TITLE = "Girl, 9, pulled from frozen mill pond by her brother"
CANARY = "Isolde Farraday"
BODY = (
    f"A girl of nine was taken to hospital on Tuesday after she fell through the ice of a mill "
    f"pond in Eastmere. {CANARY}, a year 4 pupil at Tansy Lane School, was under water for two "
    "minutes before her brother pulled her out.\n\n"
    "Police said the boy, 13, had been injured too. 🚑 Their mother, Dana Farraday, said he had "
    "not slept since. 🧊🧊 The council will put up a fence."
)
HTML = (
    "<p>A girl of nine was killed &amp; her brother injured on Tuesday &mdash; police &#128657; "
    f"{CANARY}, a year 4 pupil at Tansy Lane School, fell through the ice 🧊 of a mill pond.</p>\n"
    "<p>Their mother, Dana Farraday, said he had <em>not</em> slept since.</p>"
)
ARTICLE = {"id": "story-815", "title": TITLE, "body": BODY}
FINNISH = "Yhdeksänvuotias tyttö vietiin sairaalaan tiistaina, kun hän putosi jään läpi lampeen."
