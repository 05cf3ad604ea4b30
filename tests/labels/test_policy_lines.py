"""Where things stand in a TOML file."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from labels.policy_reading import SHIPPED
from labels.toml_lines import find_lines

TRICKY = '''\
# [not.a.table]
title = "a [[rules]] b" # key = 1

text = """
[table]
key = "value"
id = 3 \\
"""
raw = \'\'\'
[[rules]]
\'\'\'
list = [
  "one", # ]
  { deep = [ { key = 1 } ] },
]
a.b.c = 1

[table]
key = { inner = { most = 1 } }

[[rules]]
id = 1
[rules.when]
label = "x"

  [[rules]]
  id = 2
  [[rules.parts]]
  id = 3
  [[rules.parts]]
  id = 4
["quoted key"]
id = 5
'''


def test_lines_of_everything_that_toml_can_spell() -> None:
    lines = find_lines(TRICKY)
    source = TRICKY.split("\n")
    expected = {
        "title": "title =",
        "text": 'text = """',
        "raw": "raw =",
        "list": "list = [",
        "list[1].deep[0].key": "list = [",
        "a.b.c": "a.b.c",
        "table": "[table]",
        "table.key.inner.most": "key = { inner",
        "rules[0]": "[[rules]]",
        "rules[0].when": "[rules.when]",
        "rules[0].when.label": "label =",
        "rules[1].id": "id = 2",
        "rules[1].parts[0].id": "id = 3",
        "rules[1].parts[1].id": "id = 4",
        "a text of 10 characters.id": "id = 5",
    }
    found = {path: source[lines[path] - 1].strip() for path in expected}
    assert [path for path, begin in expected.items() if not found[path].startswith(begin)] == []
    # Where the same line stands in the file more than once, it is the right one.
    assert lines["table"] == lines["table.key"] - 1 > lines["list"]
    assert lines["rules"] == lines["rules[0]"] == lines["rules[0].id"] - 1 > lines["table"]


def test_every_key_of_the_shipped_policies_is_found_on_a_line_that_spells_it() -> None:
    for path in SHIPPED.glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        source = text.split("\n")
        lines = find_lines(text)
        assert set(tomllib.loads(text)) <= {key.split("[")[0].split(".")[0] for key in lines}
        for key, line in lines.items():
            name = key.split(".")[-1].split("[")[0]
            assert name in source[line - 1], key


values = st.sampled_from(
    ["1", '"[x]"', '"""\nkey = 1\n[[t]]\n"""', "[\n 1,\n # c\n 2 ]", "{ k = 'v' }", "'''\n\n'''"]
)
between = st.sampled_from(["", "\n", "# key0 = 1\n", "\n\n# [t]\n"])


@given(st.lists(st.tuples(between, values), max_size=6), st.lists(values, max_size=4))
def test_keys_are_found_whatever_stands_before_them(
    top: list[tuple[str, str]], tables: list[str]
) -> None:
    text, expected = "", {}
    for number, (before, value) in enumerate(top):
        text += before
        expected[f"key{number}"] = text.count("\n") + 1
        text += f"key{number} = {value}\n"
    for number, value in enumerate(tables):
        expected[f"t[{number}]"] = text.count("\n") + 1
        text += f"[[t]]\nkey = {value}\n"
        expected[f"t[{number}].key"] = expected[f"t[{number}]"] + 1
    lines = find_lines(text)
    assert {path: lines[path] for path in expected} == expected
