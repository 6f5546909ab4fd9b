"""Intent and slots with sentences of one's own: what is read, how it is dealt, and what is refused."""

import json

import pytest

from lazyartist.clinic import CASE_FIGURES
from lazyartist.clinic.examine import build_case, examine
from lazyartist.clinic.intent_slots.case import IntentSlots
from lazyartist.clinic.intent_slots.commands import words_of
from lazyartist.clinic.intent_slots.dictionary import RUSSIAN, Switching, forms_of
from lazyartist.clinic.intent_slots.own_sentences import own_sentences
from lazyartist.clinic.training import generator_of
from lazyartist.training.store import Store


THINGS = (("lamp", "lampe", "lampen"), ("stove", "ofen", "öfen"), ("candle", "kerze", "kerzen"))
SWITCHES = (("light", "zünde", "start"), ("quench", "lösche", "stop"))


def sentences():
    """Sixty sentences each in English and German, and a dictionary that lacks a thing."""
    taught, asked = [], []
    for number in range(60):
        thing, switch = THINGS[number % 3], SWITCHES[number // 3 % 2]
        own = {"intent": switch[2], "slots": ["O", "O", "B-thing"]}
        taught.append({"tokens": [switch[0].title(), "the", thing[0]], **own})
        asked.append({"tokens": [switch[1], "alle", thing[2]], **own, "author": "somebody"})
    return taught, asked, [*(f"{english}\t{german}" for english, german, _ in (*THINGS[::2], *SWITCHES)), "the\t", ""]


def write(folder, taught, asked, dictionary):
    folder.mkdir(exist_ok=True)
    for name, lines in (("taught", taught), ("asked", asked)):
        texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
        (folder / f"{name}.jsonl").write_text("\n".join(texts), encoding="utf-8")
    (folder / "dictionary.tsv").write_text("\n".join(dictionary), encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path / "own", *sentences())


def test_files_are_read_without_loss(folder):
    own = own_sentences(folder)
    assert (own.intents, own.slots) == (("start", "stop"), ("O", "B-thing"))
    assert (len(own.taught), len(own.asked)) == (60, 60)
    assert own.taught[3].words == ("quench", "the", "lamp")
    assert own.taught[3].slots == (0, 0, 1)
    assert own.intents[own.taught[3].intent] == "stop"
    assert own.asked[1].words == ("zünde", "alle", "öfen")
    assert own.dictionary == {"lamp": "lampe", "candle": "kerze", "light": "zünde", "quench": "lösche", "the": ""}


def test_sentences_are_dealt_once_and_no_label_of_the_second_language_reaches_a_remedy(folder):
    case, own = IntentSlots(data=str(folder)), own_sentences(folder)
    patient, sealed = (admission := case.draw(1, None)).patient, admission.sealed
    assert (len(patient.english), len(sealed.english)) == (51, 9)
    assert (len(sealed.lessons), len(sealed.russian)) == (42, 18)
    for parts, whole in (
        ((patient.english, sealed.english), own.taught),
        ((sealed.lessons, sealed.russian), own.asked),
    ):
        assert sorted((one.words, one.intent) for part in parts for one in part) == sorted(
            (one.words, one.intent) for one in whole
        )
    assert patient.russian == words_of(sealed.lessons)
    assert case.draw(2, None).sealed.russian != sealed.russian


def test_endings_are_found_where_words_and_their_meanings_differ():
    dictionary = {"lamp": "lampe", "candle": "kerze", "the": "", "and": "und"}
    forms = forms_of(dictionary, ["lampen", "kerzen", "kerzen", "und", "lampions"])
    assert forms.endings == ("", "n")  # -ions is too long for an ending, and may be another word
    assert forms.silent == {"the"}
    assert [forms.stem(word) for word in ("lampen", "ofn", "lamp")] == ["lampe", "ofn", "lamp"]
    assert RUSSIAN.stem("лампа") == "ламп"
    assert forms_of({}, []).endings == ("",)


def test_switching_uses_the_forms_of_the_language(folder):
    own = own_sentences(folder)
    switching = Switching(whole=1, ending=1, dropped=1, forms=forms_of(own.dictionary, words_of(own.asked)))
    said = {word for one in switching(own.taught, own.dictionary, generator_of("x")) for word in one.words}
    assert {"lampe", "lampen"} <= said
    assert "the" not in said


def test_the_case_is_examined_and_drawn(folder, tmp_path):
    case = build_case(f"intent_slots:data={folder}:steps=12")
    found = examine(case, "code_switch", 0, Store(tmp_path / "store"))
    base, best = (found.ends.scores[end].value for end in ("baseline", "oracle"))
    assert base < found.score.value
    assert base < best
    assert found.admission.patient.pieces.intents == ("start", "stop")
    assert len(CASE_FIGURES["intent_slots"](found).axes) == 1


def test_all_three_files_are_in_the_key(folder):
    case = IntentSlots(data=str(folder))
    seen = {case.fingerprint()}
    taught, asked, dictionary = sentences()
    for change in (
        lambda: taught[0].update(intent="stop"),
        lambda: asked.pop(),
        lambda: dictionary.append("stove\tofen"),
    ):
        change()
        write(folder, taught, asked, dictionary)
        seen.add(case.fingerprint())
    assert len(seen) == 4
    assert IntentSlots().fingerprint() == ""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t, a, d: t.__setitem__(4, "{'tokens'"), r"taught\.jsonl: expected lines such as .*line 5: Expecting"),
        (lambda t, a, d: t.__setitem__(4, "[1]"), "line 5: list, no object"),
        (lambda t, a, d: t[4].pop("intent"), "line 5: no intent"),
        (lambda t, a, d: t[4]["slots"].pop(), "line 5: 3 tokens and 2 slots"),
        (lambda t, a, d: t[4].update(tokens="light the lamp"), "line 5: tokens is 'light the lamp', expected texts"),
        (lambda t, a, d: t[4].update(tokens=["", "a", "b"]), "line 5: tokens is .*expected texts, not empty"),
        (lambda t, a, d: t[4].update(intent=3), "line 5: intent is 3, expected a text"),
        (lambda t, a, d: a[6].update(intent="dim"), r"asked\.jsonl has labels .*line 7: the intent 'dim'"),
        (lambda t, a, d: a[6].update(slots=["O", "B-x", "O"]), "line 7: the slot 'B-x'"),
        (lambda t, a, d: t.__delitem__(slice(9, 60)), "expected 20 sentences or more, one on each line, got 9"),
        (lambda t, a, d: [one.update(intent="on") for one in (*t, *a)], "1 intents and 1 slots beside 'O'"),
        (
            lambda t, a, d: d.__setitem__(1, "lamp lampe"),
            r"dictionary\.tsv: expected a word, a tab.*line 2: 'lamp lampe'",
        ),
        (lambda t, a, d: d.append("Lamp\tlicht"), "line 7: 'lamp' again, as in line 1"),
        (lambda t, a, d: d.clear(), "the file is empty"),
    ],
)
def test_lines_that_cannot_be_used_are_named(change, message, tmp_path):
    files = sentences()
    change(*files)
    with pytest.raises(ValueError, match=f"(?s){message}"):
        own_sentences(write(tmp_path / "own", *files))


def test_files_that_are_not_there_or_no_text_are_named(folder):
    (folder / "asked.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match=r"asked\.jsonl: byte 0 is not UTF-8"):
        own_sentences(folder)
    (folder / "dictionary.tsv").unlink()
    with pytest.raises(ValueError, match=r"there is no file .*dictionary\.tsv .*a folder with taught\.jsonl, asked"):
        IntentSlots(data=str(folder)).draw(0, None)
