"""The taxonomy as shipped, and what its reader refuses."""

import pickle
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from labels import Taxonomy, TaxonomyError, read_taxonomy


@pytest.fixture(scope="module")
def shipped(repository: Path) -> str:
    return (repository / "labels" / "taxonomy.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def codebook(repository: Path) -> str:
    return (repository / "labels" / "CODEBOOK.md").read_text(encoding="utf-8")


def test_the_shipped_taxonomy_is_whole() -> None:
    taxonomy = read_taxonomy()
    assert taxonomy.version == "1.0"
    assert taxonomy.label_ids == ("minors", "violence", "trauma")
    assert len(taxonomy.sub_label_ids) == 16
    assert taxonomy.detail_ids == ("graphic_detail", "method_detail")
    assert len(taxonomy.treatment_ids) == 6
    for label in taxonomy.labels:
        assert [severity.level for severity in label.severities] == [0, 1, 2, 3]
    texts = [label.definition for label in taxonomy.labels]
    texts += [sub_label.definition for sub_label in taxonomy.sub_labels]
    texts += [detail.definition for detail in taxonomy.details]
    texts += [treatment.definition for treatment in taxonomy.treatments]
    texts += [severity.meaning for label in taxonomy.labels for severity in label.severities]
    assert [text for text in texts if not re.fullmatch(r"[A-Z][^.]+\.", text)] == []


def test_iptc_codes_are_the_nearest_and_missing_where_there_are_none() -> None:
    taxonomy = read_taxonomy()
    codes = {entry.id: entry.iptc for entry in taxonomy.labels}
    assert codes == {"minors": None, "violence": "cwarn:violence", "trauma": "cwarn:suffering"}
    special = {"killing": "cwarn:death", "death_grief": "cwarn:death"}
    none = {"sexual_violence": None, "suicide_self_harm": None}
    for sub_label in taxonomy.sub_labels:
        expected = (special | none).get(sub_label.id, codes[sub_label.parent])
        assert sub_label.iptc == expected, sub_label.id


def test_codebook_and_taxonomy_speak_of_the_same_things(codebook: str) -> None:
    taxonomy = read_taxonomy()
    ids = (*taxonomy.label_ids, *taxonomy.sub_label_ids)
    for id_ in (*ids, *taxonomy.detail_ids, *taxonomy.treatment_ids):
        assert f"`{id_}`" in codebook
    rows = re.findall(r"^\| (\w+) \| `(\w+)` \|", codebook, re.MULTILINE)
    assert rows == [(sub_label.parent, sub_label.id) for sub_label in taxonomy.sub_labels]
    names = re.findall(r"^\| [1-3] \| \*([\w ]+)\*", codebook, re.MULTILINE)
    assert names == [step.name for label in taxonomy.labels for step in label.severities[1:]]
    assert f"Version {taxonomy.version}," in codebook


def first(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("spoil", "parts"),
    [
        (first("definition =", "defnition ="), ["unknown key of labels[0]", "'definition'"]),
        (first("[[treatments]]", "[[treatmens]]"), ["unknown key", "'treatments'"]),
        (first("level = 0", "levle = 0"), ["labels[0].severities[0]", "'level'"]),
        (first('version = "1.0"', ""), ["lacks the key 'version'", "Add it"]),
        (first('iptc = "none"\n', ""), ["labels[0] lacks the key 'iptc'"]),
        (first('version = "1.0"', "version = 1.0"), ["version has a wrong value", "Got: 1.0"]),
        (first("level = 0", "level = false"), ["severities[0].level", "a whole number", "False"]),
        (first("level = 1", "level = 2"), ["severities of 'minors'", "(0, 2, 2, 3)"]),
        (first('name = "Minors"', 'name = ""'), ["labels[0].name", "not empty"]),
        (first("[[details]]", "[details]"), ["this is no TOML"]),
        (first("version", "details = 1\nversion"), ["this is no TOML"]),
        (first('id = "assault"', 'id = "killing"'), ["'killing' is not unique", "2 entries"]),
        (first('id = "court"', 'id = "trauma"'), ["'trauma' is not unique"]),
        (first('parent = "violence"', 'parent = "violance"'), ["parent", "'violence'"]),
        (first('cwarn:death"', 'cwarn:deaths"'), ["iptc", "'cwarn:death'"]),
    ],
)
def test_a_spoilt_taxonomy_is_refused(
    shipped: str, spoil: Callable[[str], str], parts: list[str]
) -> None:
    body = shipped[shipped.index("\nversion") :]
    spoilt = spoil(body)
    assert spoilt != body
    with pytest.raises(TaxonomyError) as caught:
        Taxonomy.from_toml(spoilt, "house.toml")
    message = str(caught.value)
    assert message.startswith("house.toml: ")
    assert "Expected: " in message
    assert "Got: " in message
    assert [part for part in parts if part not in message] == []


def test_a_file_elsewhere_is_read_and_named_in_errors(tmp_path: Path, shipped: str) -> None:
    path = tmp_path / "taxonomy.toml"
    path.write_text(shipped, encoding="utf-8")
    assert read_taxonomy(path) == read_taxonomy()
    path.write_text("labels = 3\n" + shipped.replace("[[labels", "[[lables"), encoding="utf-8")
    with pytest.raises(TaxonomyError, match=re.escape(str(path))):
        read_taxonomy(path)


def test_an_error_survives_the_way_between_processes() -> None:
    error = TaxonomyError("what", "this", "that", "Do so.")
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == str(error) == "what. Expected: this. Got: that. Do so."
    assert isinstance(copy, ValueError)
