"""English is told from other languages, also where there are only a few words."""

import pytest

from classifier.language import detect_language, is_supported

HEADLINES = """
Boy, 14, in hospital after arrest
Man held after Eastmere blast
Rail strike off
Storm Agda: what we know so far
Okonkwo beats Lindqvist in final
Kovalenko v Brandt
Dana Whitlock and Piet Janssen
Whitlock, Osei, Brandt
Fernando Oliveira
Eastmere United 3-1 Harbour Town
MPs
Why?
GIRL, 9, MISSING
DANA WHITLOCK DIES AT 94
COUNCIL BACKS NEW SWIMMING POOL
""".strip().splitlines()

SENTENCES = {
    "ar": "نُقل الصبي إلى المستشفى يوم السبت.",
    "cy": "Cafodd y bachgen ei gludo i'r ysbyty ddydd Sadwrn.",
    "da": "Drengen blev kørt på hospitalet lørdag.",
    "de": "Der Junge wurde am Samstag ins Krankenhaus gebracht.",
    "es": "El niño fue llevado al hospital el sábado.",
    "fi": "Poika vietiin sairaalaan lauantaina.",
    "fr": "Le garçon a été conduit à l'hôpital samedi.",
    "ga": "Tugadh an buachaill chuig an ospidéal Dé Sathairn.",
    "hu": "A fiút szombaton kórházba szállították.",
    "it": "Il ragazzo è stato portato in ospedale sabato.",
    "ja": "少年は土曜日に病院に運ばれた。",
    "nl": "De jongen werd zaterdag naar het ziekenhuis gebracht.",
    "pl": "Chłopiec został zabrany do szpitala w sobotę.",
    "pt": "O rapaz foi levado para o hospital no sábado.",
    "ru": "Мальчика доставили в больницу в субботу.",
    "sv": "Pojken fördes till sjukhus på lördagen.",
    "tr": "Çocuk cumartesi günü hastaneye kaldırıldı.",
}
QUOTED = (
    "The boy's grandmother, who has lived in Eastmere for forty years, could only say the words "
    "that she had found in the morning paper from home: \u201c{}\u201d Nobody in the room spoke, "
    "and after a while she folded the page and put it back into her bag."
)


@pytest.mark.parametrize("headline", HEADLINES)
def test_an_english_headline_is_english(headline: str) -> None:
    assert detect_language(headline) == "en"


@pytest.mark.parametrize(("language", "sentence"), SENTENCES.items(), ids=SENTENCES)
def test_a_sentence_of_another_language_is_told_by_its_name(language: str, sentence: str) -> None:
    assert detect_language(sentence) == language
    assert detect_language(" ".join([sentence] * 10)) == language


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_a_foreign_sentence_in_an_english_article_leaves_it_english(sentence: str) -> None:
    assert detect_language(QUOTED.format(sentence)) == "en"


@pytest.mark.parametrize("text", ["", "1914-1918", "\U0001f692 !", "\ufffd\ufffd", "\u2014 \u2026"])
def test_without_letters_there_is_no_language(text: str) -> None:
    assert detect_language(text) is None


@pytest.mark.parametrize("tag", ["en", "EN", "en-GB", "EN_us", "en-Latn-IE", "en_ZA"])
def test_every_english_is_supported(tag: str) -> None:
    assert is_supported(tag)


@pytest.mark.parametrize("tag", ["fi", "enm", "eng", "x-en", "", "-en", "English", "e\u00f1"])
def test_no_other_language_is_supported(tag: str) -> None:
    assert not is_supported(tag)
