from functools import cache

import pytest
import torch

from lazyartist.clinic.shelf import Shelf
from lazyartist.clinic.steering.case import Person, Steering, verdicts
from lazyartist.clinic.steering.choosing import choose, streams
from lazyartist.clinic.steering.detector import CLOSING, Detectors
from lazyartist.clinic.steering.edits import Clamp, Floor, Shift, ShiftByPlace
from lazyartist.clinic.steering.grammar import (
    CASUAL,
    FORMAL,
    INDEX,
    MARKERS,
    PLACES,
    PROMPT,
    REPORT,
    WORDS,
    contents_of,
    draw_prompts,
    draw_texts,
    intact,
    spelled,
    write_reports,
)
from lazyartist.clinic.steering.model import WIDTH, LanguageModel, Writer
from lazyartist.clinic.training import fresh
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.topk import TopK
from lazyartist.sae.train import train
from lazyartist.training.store import Store


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    case = Steering(**Steering.small)
    return case, case.draw(0, Shelf(case, Store(tmp_path_factory.mktemp("store"))))


@cache
def model():
    return fresh(LanguageModel, "any")


@cache
def detectors():
    return Detectors.fitted(draw_texts(400, 0.5, generator(1)))


def random_stream(n=60):
    return torch.randn(n, WIDTH, generator=generator(2))


def test_markers_follow_the_hidden_style_and_contents_stand_in_their_places():
    texts = draw_texts(3000, 0.5, generator())
    assert bool(intact(texts.prompts, texts.reports).all())
    for place, words in MARKERS.items():
        casual = torch.isin(texts.reports[:, place], torch.tensor([INDEX[word] for word in words[CASUAL]]))
        assert float((casual == (texts.style == CASUAL)).double().mean()) == pytest.approx(0.92, abs=0.02)
    assert (len(MARKERS), len(PLACES), len(REPORT)) == (8, 5, 19)


def test_contents_are_found_in_whatever_order_they_are_named():
    prompts = draw_prompts(50, generator())
    mixed = torch.cat([prompts[:, :1], prompts[:, 1:-1].flip(1), prompts[:, -1:]], 1)
    assert torch.equal(contents_of(prompts), contents_of(mixed))
    assert len(prompts[:, 1:-1].unique(dim=0)) > 40
    assert spelled(contents_of(prompts)[0]).split()[0] in spelled(prompts[0]).split()


def test_a_wrong_content_breaks_a_report_and_a_wrong_marker_does_not():
    texts = draw_texts(20, 0.5, generator())
    for place, broken in ((PLACES["room"], True), (CLOSING, False)):
        changed = texts.reports.clone()
        changed[:, place] = INDEX["the"]
        assert bool(intact(texts.prompts, changed).any()) != broken


def test_the_model_writes_from_memory_what_it_would_say_to_the_whole_text():
    texts = draw_texts(6, 0.5, generator())
    with torch.no_grad():
        logits, memory = model().step(texts.prompts, [], None, 0)
        assert torch.allclose(logits, model()(texts.prompts)[:, -1], atol=1e-5)
        for place in range(3):
            logits, memory = model().step(texts.reports[:, place : place + 1], memory, None, 0)
        whole = model()(torch.cat([texts.prompts, texts.reports[:, :3]], 1))
        assert torch.allclose(logits, whole[:, -1], atol=1e-5)


def test_edits_change_every_place_of_the_report_and_what_follows_alone():
    seen = []

    def watch(x, place):
        seen.append((tuple(x.shape), place))
        return x

    prompts = draw_prompts(4, generator())
    for layer in range(3):
        seen.clear()
        assert torch.equal(Writer(model(), 0, watch, layer)(prompts), Writer(model(), 0)(prompts))
        assert seen == [((4, WIDTH), place) for place in range(len(REPORT))]


def test_reports_are_drawn_as_the_model_says():
    logits = torch.full((len(WORDS),), -30.0)
    logits[INDEX["hey"]], logits[INDEX["so"]] = 0.7 * torch.tensor([0.75, 0.25]).log()
    fixed = fresh(LanguageModel, "fixed")
    with torch.no_grad():
        fixed.head.weight.zero_()
        fixed.head.bias.copy_(logits)
    words = Writer(fixed, 0)(draw_prompts(200, generator()))
    assert set(words.unique().tolist()) == {INDEX["hey"], INDEX["so"]}
    assert float((words == INDEX["hey"]).double().mean()) == pytest.approx(0.75, abs=0.03)


def test_edits_do_what_they_say():
    x = random_stream()
    along = torch.nn.functional.normalize(torch.ones(WIDTH), dim=0)
    assert torch.equal(Shift(along)(x, 3), x + along)
    by_place = torch.stack([along, -along])
    assert torch.equal(ShiftByPlace(by_place)(x, 1), x - along)
    lifted = Floor(along, 0.5)(x, 0)
    assert torch.allclose(lifted @ along, (x @ along).clamp_min(0.5), atol=1e-5)
    across = torch.eye(WIDTH) - along[:, None] * along
    assert torch.allclose(lifted @ across, x @ across, atol=1e-5)


def test_a_clamp_sets_latents_and_keeps_what_they_do_not_explain():
    x = random_stream(300)
    sae = train(TopK(k=4), x, features=16, budget=SaeBudget(steps=20))[0]
    z, none = sae.encode(x), torch.empty(0, dtype=torch.long)
    assert torch.equal(Clamp(sae, none, none, torch.empty(0))(x, 0), x)
    silenced, lifted, levels = torch.tensor([0, 1]), torch.tensor([2]), torch.tensor([1.5])
    moved = Clamp(sae, silenced, lifted, levels)(x, 0) - x
    wanted = -z[:, :2] @ sae.directions[:2] + (1.5 - z[:, 2:3]).clamp_min(0) * sae.directions[2]
    assert torch.allclose(moved, wanted, atol=1e-5)


def test_detectors_tell_styles_apart_and_are_not_won_by_one_word():
    texts = draw_texts(400, 0.5, generator(3))
    both, truth = detectors(), texts.style == CASUAL
    assert float((both.all_words(texts.reports) == truth).double().mean()) > 0.97
    assert float((both.blind(texts.reports) == truth).double().mean()) > 0.97
    closed = texts.reports[~truth].clone()
    closed[:, CLOSING] = INDEX["lol"]
    assert torch.equal(both.blind(closed), both.blind(texts.reports[~truth]))
    assert float(both(closed).double().mean()) < 0.05
    contents = [INDEX[word] for word in ("lamp", "red", "kitchen", "anna", "noon")]
    assert not both.all_words.weight[contents].any()


def test_the_honest_judge_says_no_to_casual_gibberish_that_the_defective_one_praises(drawn):
    case, admission = drawn
    person = Person(0)

    def gibberish(prompts):
        return person(prompts.flip(0))  # speaks of what somebody else asked for

    sealed = admission.sealed
    score, honest = case.judge(gibberish, sealed), case.judge(person, sealed)
    assert score.defective > 0.9 > 0.2 > score.value
    assert honest.value > 0.9
    assert honest.parts["contents kept"] == 1

    def formal(prompts):
        return write_reports(prompts, torch.full((len(prompts),), FORMAL), generator())

    assert case.judge(formal, sealed).value < 0.1


def test_what_is_chosen_is_the_best_on_the_patients_own_prompts(drawn):
    patient = drawn[1].patient
    steps = [Shift(strength * streams(patient)[2].difference.mean(0)) for strength in (0.0, 30.0)]
    for guarded in (True, False):
        shares = []
        for step in steps:
            human, kept, _ = verdicts(Writer(patient.model, 0, step, 2), patient.prompts, patient.detectors)
            shares.append(int((human & kept if guarded else human).sum()))
        best = max(reversed(range(2)), key=shares.__getitem__)
        assert choose([(2, step) for step in steps], patient, 0, guarded=guarded).edit is steps[best]


def test_streams_are_those_of_the_places_where_words_are_chosen(drawn):
    patient = drawn[1].patient
    own, texts = streams(patient)[1], patient.texts
    casual = texts.style == CASUAL
    assert own.casual.shape == (int(casual.sum()), len(REPORT), WIDTH)
    with torch.no_grad():
        first = patient.model.residuals(texts.prompts[casual])[1][:, PROMPT - 1]
    assert torch.allclose(own.casual[:, 0], first, atol=1e-5)
    assert torch.allclose(own.difference, own.casual.mean(0) - own.formal.mean(0))


def test_stupid_inputs_are_refused(drawn):
    _, admission = drawn
    for wrong in (lambda prompts: prompts, lambda prompts: torch.zeros(len(prompts), len(REPORT))):
        with pytest.raises(ValueError, match="indices of words"):
            verdicts(wrong, admission.sealed.prompts, admission.sealed.detectors)
    with pytest.raises(ValueError, match="questions=0"):
        Steering(questions=0)
