"""What is refused in a policy file, on which line, with which remedy."""

from pathlib import Path

import pytest

from labels import PolicyError, parse_policy, read_policy
from tests.policies import SMALL

MARK = "§"  # in a case's new text: the line that the error must name


def refused(old: str, new: str) -> tuple[str, int]:
    """The error's message after its place; the place is checked. One place of SMALL is changed."""
    assert SMALL.count(old) >= 1
    marked = SMALL.replace(old, new, 1)
    line = marked[: marked.index(MARK)].count("\n") + 1
    with pytest.raises(PolicyError) as caught:
        parse_policy(marked.replace(MARK, ""), "house.toml")
    place, _, said = str(caught.value).partition(": ")
    assert place == f"house.toml:{line}", said
    return said, line


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('version = "3"', '§verson = "3"', "Did you mean 'version'?"),
        ('topic = "killing"', '§topik = "killing"', "Did you mean 'topic'?"),
        ("{ label = ", "{§ lable = ", "Did you mean 'label'?"),
        ('[rules.when]\nsub_labels = ["', '[rules.when]\n§sub_label = ["', "'sub_labels'?"),
        ("[thresholds.trauma]", "§[thresholds.truama]", "Did you mean 'trauma'?"),
        ("[[help_lines]]", "§[[help_line]]", "Did you mean 'help_lines'?"),
        ('contact = "116 123"', '§contakt = "116 123"', "Did you mean 'contact'?"),
        ("severity = 2\n", "§severty = 2\n", "Did you mean 'severity'?"),
        ("at_most = { v", "§at_moost = { v", "Did you mean 'at_most'?"),
        ("last = ", "§lst = ", "Did you mean 'last'?"),
    ],
)
def test_an_unknown_key_is_refused_with_its_line_and_the_nearest(
    old: str, new: str, said: str
) -> None:
    message, _ = refused(old, new)
    assert message.startswith("unknown key of ")
    assert said in message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('label = "violence", severity', '§label = "violense", severity', "unknown label"),
        ('["killing"] }', '["kiling"§] }', "unknown sub-label"),
        ('label = "violence" }', '§details = ["method"] }', "unknown detail"),
        ('label = "violence" }', '§treatments = ["courts"] }', "unknown treatment"),
        ('label = "violence" }', '§identification = "sure" }', "unknown risk"),
        ('label = "violence" }', '§label = "trauma", short_text = "pus" }', "unknown short text"),
        ('["ads_off", "no_push"]', '["ads_off", §"no_psh"]', "Did you mean 'no_push'?"),
        ('topic = "killing"', '§topic = "kiling"', "unknown topic"),
        ('covers = ["violence"]', '§covers = ["violent"]', "unknown topic"),
        ('help_line_missing = "suicide"', '§help_line_missing = "suicid"', "unknown topic"),
        ('locale = "en"', '§locale = "de"', "unknown locale"),
        ("at_most = { violence", "§at_most = { violent", "unknown label"),
        ("topics = []", '§topics = ["death"]', "unknown word in examples[0].expect.topics"),
    ],
)
def test_an_unknown_word_is_refused_with_its_line(old: str, new: str, said: str) -> None:
    assert said in refused(old, new)[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("severity = 2\n", "§severity = 4\n", "Expected: 1 to 3. Got: 4"),
        ("severity = 2\n", "severity = 2\n§at_least_2 = 1.5\n", "out of range"),
        ("severity = 2\n", "severity = 2\n§at_least_2 = nan\n", "out of range"),
        ("severity = 2\n", 'severity = 2\n§at_least_2 = "much"\n', "a number"),
        ("severity = 2\n", "§severity = true\n", "a whole number"),
        ("severity = 3,", "§severity = 0,", "Expected: 1 to 3"),
        ("most_topics = 2", "§most_topics = 4", "Expected: 1 to 3"),
        ("most_topics = 2", "§most_topics = 0", "Expected: 1 to 3"),
        ('id = "hurt"', '§id = "killed"', "id not unique in rules"),
        ('id = "hurt"', '§id = "Hurt!"', "is no id"),
        ('id = "hurt"', '§id = "not_checked"', "is taken"),
        ('check = "kin"', '§check = "suicide"', "is taken"),
        ('check = "kin"', '§check = "no_push"', "is taken"),
        ('{ label = "violence" }', "{§ severity = 2 }", "a severity and no label"),
        ('{ label = "violence" }', "{§ }", "is empty"),
        ('[[rules]]\nid = "killed"', "§[[rules]]", "rules[0] lacks the key 'id'"),
        ('topic = "violence"\ncheck = "kin"', "", "gives nothing"),
        ('country = "GB"', '§country = "UK "', "no country"),
        ('mentions = ["0800', '§mentions = ["143", "0800', "no sure signs"),
        ("mentions = [", "§mentions = [] #", "no sure signs"),
        ('topics = ["suicide"]', "§topics = []", "is empty"),
        ('help_line_missing = "suicide"', '§help_line_missing = "killing"', "always hold"),
        ('taxonomy = "1.0"', '§taxonomy = "0.9"', "another taxonomy"),
        ("topics = []\nat_most = { violence = 0 }", "", "is empty"),
        ("at_most = { violence = 0 }", "§at_most = { violence = 5 }", "out of range"),
        ('name = "Nothing"', 'name = "Nothing" x§', "This is no TOML"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_with_its_line(
    old: str, new: str, said: str
) -> None:
    if MARK not in new:  # something is taken out: the line is that of the table around it
        table = SMALL[: SMALL.index(old)].rindex("\n[")
        head, tail = SMALL[: table + 1], SMALL[table + 1 :]
        line, text = head.count("\n") + 1, head + tail.replace(old, "", 1)
        with pytest.raises(PolicyError, match=rf"^house\.toml:{line}: .*{said}"):
            parse_policy(text, "house.toml")
        return
    assert said.lower() in refused(old, new)[0].lower()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('suicide = "suicide"', "", r"\[wording.en.topics\]"),
        ('help = "Add a help line."', "", r"\[wording.en.checks\]"),
        ('hurt = "Somebody was hurt."', "", r"\[wording.en.reasons\]"),
        ('not_checked = "Read it yourself."\n', "", r"\[wording.en.checks\]"),
    ],
)
def test_missing_wording_is_refused_on_the_line_of_its_table(old: str, new: str, said: str) -> None:
    table = said.replace("\\", "")
    line = SMALL[: SMALL.index(table)].count("\n") + 1
    with pytest.raises(PolicyError, match=rf"^house\.toml:{line}: .* lacks"):
        parse_policy(SMALL.replace(old, new, 1), "house.toml")


def test_a_locale_must_be_worded_throughout() -> None:
    german = SMALL[SMALL.index("[wording.en]") : SMALL.index("[[examples]]")]
    german = german.replace("wording.en", "wording.de").replace('kin = "Do the', 'kkin = "Do the')
    with pytest.raises(PolicyError, match=r"unknown key of wording\.de\.checks.*'kin'"):
        parse_policy(SMALL + german)
    named = german.replace("wording.de", "wording.de_AT").replace("kkin", "kin")
    with pytest.raises(PolicyError, match=r"wording\.de_AT is no locale"):
        parse_policy(SMALL + named)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("This describes {topics}.", "§This describes {quote}."),
        ("This describes {topics}.", "§This describes {topics} by {name}."),
        ("This describes {topics}.", "§This describes it."),
        ("This describes {topics}.", "§This describes {topics} and {topics}."),
        ('= "a killing"', '= §"a killing of {name}"'),
        ("Do the next of kin know?", "§Does {name} know?"),
        ("Somebody was hurt.", "§{quote} says it."),
        ('" and "', '§" {topics} "'),
    ],
)
def test_placeholders_have_no_way_into_what_is_read(old: str, new: str) -> None:
    refused(old, new)


def test_a_note_that_could_be_too_long_is_refused_on_the_longest_topic() -> None:
    long = '§suicide = "' + "very " * 15 + 'long"'
    said, _ = refused('suicide = "suicide"\n', long + "\n")
    assert "a note with the topics suicide, killing is too long" in said
    assert "at most 20 words. Got: 21" in said


@pytest.mark.parametrize("text", ["name = ", '[rules\nid = "x"', "name = 'a'\nname = 'b'"])
def test_what_is_no_toml_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(PolicyError, match=r"^house\.toml:[12]: this is no TOML"):
        parse_policy(text, "house.toml")


def test_an_empty_file_lacks_everything() -> None:
    with pytest.raises(PolicyError, match=r"^house\.toml:1: the top level lacks the key 'name'"):
        parse_policy("", "house.toml")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    path.write_bytes(b'name = "caf\xe9"\n')
    with pytest.raises(PolicyError, match="Expected: UTF-8"):
        read_policy(path)


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert read_policy(path).digest == parse_policy(SMALL).digest
    path.write_bytes(SMALL.replace('version = "3"', 'verson = "3"').replace("\n", "\r\n").encode())
    with pytest.raises(PolicyError, match=":2: unknown key"):
        read_policy(path)
