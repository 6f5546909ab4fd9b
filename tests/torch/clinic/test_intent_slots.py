from dataclasses import replace
from functools import cache

import pytest
import torch

from lazyartist.clinic.intent_slots.case import IntentSlots, f1_scores
from lazyartist.clinic.intent_slots.commands import Command, draw_commands, words_of
from lazyartist.clinic.intent_slots.dictionary import Switching, draw_dictionary, unexplained
from lazyartist.clinic.intent_slots.lexicon import EMPTY_WORDS, SLOTS, TEMPLATES, fillers, other_words
from lazyartist.clinic.intent_slots.pieces import (
    CLS,
    IGNORED,
    UNKNOWN,
    Pieces,
    cut,
    encode,
    first_pieces,
    keeps_to_words,
    pasted,
)
from lazyartist.clinic.intent_slots.reader import train_reader
from lazyartist.clinic.intent_slots.remedies import Strangers


@cache
def drawn():
    case = IntentSlots(commands=200, steps=35)
    return case, case.draw(0, shelf=None)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


LAMP = Command(("turn", "on", "the", "lamp"), (0, 0, 0, SLOTS.index("device")), 1)


def test_labels_stay_at_words_that_are_read_at_their_first_pieces_and_move_where_they_are_pasted():
    for lengths in ([1, 1, 1], [3, 1, 2, 5], [2]):
        assert keeps_to_words(first_pieces, lengths)
    assert first_pieces([3, 1, 2]) == [1, 4, 5]
    assert pasted([3, 1, 2]) == [0, 1, 2]
    assert not keeps_to_words(pasted, [3, 1, 2])


def test_both_alignments_give_every_word_its_label():
    pieces = Pieces.of(["turn", "on", "the", "lamp"])
    honest, shifted = encode([LAMP], pieces), encode([LAMP], pieces, pasted)
    assert honest.pieces.tolist() == [[CLS, *(place for word in LAMP.words for place in pieces.of_word(word))]]
    assert honest.labels.tolist() == [[IGNORED, 0, IGNORED, 0, 0, LAMP.slots[3], IGNORED]]
    assert shifted.labels.tolist() == [[0, 0, 0, LAMP.slots[3], IGNORED, IGNORED, IGNORED]]


def test_forms_of_a_word_share_their_first_piece():
    assert (cut("лампа"), cut("лампу"), cut("в")) == (["лам", "##па"], ["лам", "##пу"], ["в"])
    pieces = Pieces.of(["лампа"])
    assert pieces.of_word("лампу") == [pieces.of_word("лампа")[0], UNKNOWN]
    for english, base, inflected in (line for lines in fillers().values() for line in lines):
        assert base[:3] == inflected[:3], english


def test_the_dictionary_knows_all_words_but_the_fillers_it_was_drawn_without():
    english = words_of(draw_commands(600, False, generator()))
    assert set(english) <= set(draw_dictionary(1.0, generator()))
    all_fillers = {line[0] for lines in fillers().values() for line in lines}
    lacking = set(english) - set(draw_dictionary(0.75, generator()))
    assert lacking <= all_fillers
    assert len(lacking) == round(0.25 * len(all_fillers))
    assert set(other_words()) >= EMPTY_WORDS


def test_words_that_the_dictionary_lacks_are_among_those_of_the_test():
    _, admission = drawn()
    said = set(words_of(admission.sealed.russian))
    lacking = [
        inflected
        for lines in fillers().values()
        for english, _, inflected in lines
        if english not in admission.patient.dictionary
    ]
    assert len(lacking) > 5
    assert len(said.intersection(lacking)) > len(lacking) / 2


def test_switching_replaces_words_and_keeps_their_labels():
    dictionary = {"turn": "включить", "on": "на", "the": "", "lamp": "лампа"}
    switched = Switching(share=1)([LAMP], dictionary, generator())
    assert switched == [Command(("включить", "на", "лампа"), (0, 0, LAMP.slots[3]), 1)]
    assert Switching(share=0)([LAMP], dictionary, generator()) == [LAMP]
    assert Switching(share=0, dropped=1)([LAMP], dictionary, generator())[0].words == ("turn", "on", "lamp")
    endings = {one.words[2] for one in Switching(share=1, ending=1)([LAMP] * 40, dictionary, generator())}
    assert len(endings) > 8
    assert all(word.startswith("ламп") for word in endings)
    strangers = Switching(share=1, strangers=("понедельник", "ивану"))([LAMP] * 9, {"the": ""}, generator())
    assert all(word[:3] in ("пон", "ива") for one in strangers for word in one.words)
    assert {one.slots for one in strangers} == {(0, 0, LAMP.slots[3])}


def test_a_command_of_words_that_russian_does_without_is_left_as_it_is():
    silent = Command(("the", "the"), (0, 0), 0)
    assert Switching(dropped=1)([silent], {"the": ""}, generator()) == [silent]


def test_unexplained_words_share_no_piece_with_the_dictionary():
    assert unexplained(["включи", "ивану"], {"switch": "включить"}) == ("ивану",)


def test_a_dictionary_and_strangers_teach_russian():
    case, admission = drawn()
    base, cured = (
        case.judge(reader, admission.sealed)
        for reader in (case.baseline(admission.patient, 0), Strangers().treat(admission.patient, 0))
    )
    assert base.parts["English F1"] > 0.9
    assert base.value < 0.35
    assert cured.value > base.value + 0.2


def test_the_defective_judge_praises_labels_that_stand_beside_their_words():
    _, admission = drawn()
    patient, english = admission.patient, admission.sealed.english
    shifted = train_reader(patient.english, patient.pieces, 35, seed=0, alignment=pasted)
    honest = train_reader(patient.english, patient.pieces, 35, seed=0)
    assert f1_scores(shifted, english, pasted)[1] > 0.6 > 0.4 > f1_scores(shifted, english)[1]
    assert f1_scores(honest, english)[1] > 0.6 > 0.4 > f1_scores(honest, english, pasted)[1]


def test_a_command_is_read_the_same_whatever_stands_beside_it():
    case, admission = drawn()
    reader = case.baseline(admission.patient, 0)
    some = admission.sealed.russian[:8]
    intents, slots = reader(some)
    for place, command in enumerate(some):
        alone = reader([replace(command, intent=0, slots=(0,) * len(command.words))])
        assert (int(alone[0][0]), alone[1][0]) == (int(intents[place]), slots[place])


def test_templates_of_both_languages_speak_of_slots_that_there_are():
    for english, russian in TEMPLATES.values():
        for template in (*english, *russian):
            asked = [word.strip("{}").lower() for word in template.split() if word.startswith("{")]
            assert asked
            assert set(asked) <= set(SLOTS)


def test_stupid_inputs_are_refused():
    _, admission = drawn()
    with pytest.raises(ValueError, match="expected a slot for each word"):
        Command(("turn", "on"), (0,), 0)
    with pytest.raises(ValueError, match="expected a slot for each word"):
        Command((), (), 0)
    with pytest.raises(ValueError, match="one at least"):
        encode([], admission.patient.pieces)
    with pytest.raises(ValueError, match="coverage=2"):
        IntentSlots(coverage=2)


def test_a_reader_that_was_lost_is_refused():
    case, admission = drawn()
    reader = case.baseline(admission.patient, 0)
    for weights in reader.net.parameters():
        weights.data.fill_(torch.nan)
    with pytest.raises(ValueError, match="NaN or infinity"):
        case.judge(reader, admission.sealed)
