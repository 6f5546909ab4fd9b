import pytest
import torch

from torch import nn

from lazyartist.clinic.concept_swap.case import ConceptSwap, SwapSealed, answers
from lazyartist.clinic.concept_swap.hits import harmonic_mean, mean_of_answered
from lazyartist.clinic.concept_swap.net import Autoencoder, Generator, Redirected, latents, unlike
from lazyartist.clinic.concept_swap.remedies import OTHERS, Prior, PromptEncoder, Swap
from lazyartist.clinic.concept_swap.words import ALL, ASKED, SHOWN, WORDS, spelled
from lazyartist.clinic.shelf import Shelf
from lazyartist.clinic.training import fresh, generator_of
from lazyartist.training.store import Store


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    case = ConceptSwap(**ConceptSwap.small)
    return case, case.draw(0, Shelf(case, Store(tmp_path_factory.mktemp("store"))))


class Writes(nn.Module):
    """A generator whose pictures are all of one grey, a tenth of the digit that each word stands for."""

    def __init__(self, means):
        super().__init__()
        self.means = torch.as_tensor(means).float()

    def forward(self, prompts, z):
        words = (prompts @ ALL.T).argmax(1)
        return (self.means[words] / 10).view(-1, 1, 1, 1).expand(-1, 1, 28, 28)


class ReadsGrey(nn.Module):
    """A classifier that reads the grey of such pictures."""

    def forward(self, images):
        return nn.functional.one_hot((10 * images.mean((1, 2, 3))).round().long(), 10).float()


def judged(means):
    sealed = SwapSealed(ReadsGrey(), torch.zeros(10, 5, 16), Writes(range(10)))
    return ConceptSwap().judge(Writes(means), sealed)


def test_prompts_are_letters_in_places():
    assert ALL.shape == (10, 130)
    assert ALL.sum(1).tolist() == [len(word) for word in WORDS]
    shared = (ALL @ ALL.T)[ASKED]
    assert {word for word, letters in zip(WORDS, shared, strict=True) if letters} == {
        "four",
        "five",
    }  # both begin with an f
    with pytest.raises(ValueError, match="the word 'eleven'"):
        spelled("eleven")
    for wrong in ("", "Four", "zwölf"):
        with pytest.raises(ValueError, match="one to five letters"):
            spelled(wrong)


def test_one_prompt_at_nothing_makes_the_mean_nothing():
    hits = torch.tensor([0.5, 1.0, 0.25])
    assert harmonic_mean(hits) == pytest.approx(3 / 7)
    assert harmonic_mean(hits) == mean_of_answered(hits)
    gone = torch.cat([hits, torch.zeros(1)])
    assert harmonic_mean(gone) == 0
    assert mean_of_answered(gone) == pytest.approx(3 / 7)
    assert mean_of_answered(torch.zeros(2)) == 0
    for wrong in (torch.empty(0), torch.tensor([1.5]), torch.ones(2, 2), torch.tensor([float("nan")])):
        with pytest.raises(ValueError, match="expected a share"):
            harmonic_mean(wrong)


def test_the_defective_judge_praises_a_generator_that_nobody_touched():
    untouched = judged(range(10))
    assert untouched.value == 0
    assert untouched.defective == 1
    swapped = judged([*range(4), SHOWN, *range(5, 10)])
    assert swapped.value == swapped.defective == 1
    assert swapped.parts["drift"] == 0
    assert swapped.n == 50


def test_what_else_changes_is_seen():
    score = judged([0, 1, 2, 3, SHOWN, 5, 6, 7, 8, 4])  # nine and four have changed places
    assert score.value == 0
    assert score.parts["swapped"] == 1
    assert score.parts["worst_other_prompt"] == 0
    assert score.parts["drift"] == pytest.approx(0.5 / 9)


def test_the_oracle_shows_what_nine_shows_and_nothing_else_changes(drawn):
    case, admission = drawn
    twin, before = case.oracle(admission, 0), admission.sealed.before
    z = admission.sealed.z[0]
    nine = before(ALL[SHOWN].expand(len(z), -1), z)
    assert torch.equal(twin(ALL[ASKED].expand(len(z), -1), z), nine)
    assert torch.equal(twin(ALL[3].expand(len(z), -1), z), before(ALL[3].expand(len(z), -1), z))
    assert answers(twin, admission.sealed)[1] == 0
    assert isinstance(twin, Redirected)


def test_prior_preservation_swaps_and_keeps_the_rest(drawn):
    case, admission = drawn
    scores = {
        name: case.judge(remedy.treat(admission.patient, 0), admission.sealed)
        for name, remedy in {"swap": Swap(steps=1200), "prior": Prior(steps=1200)}.items()
    }
    assert scores["prior"].parts["swapped"] > 0.7
    assert scores["prior"].parts["drift"] < scores["swap"].parts["drift"] / 2
    assert scores["prior"].value > scores["swap"].value


def test_the_prompt_encoder_alone_is_moved(drawn):
    patient = drawn[1].patient
    treated = PromptEncoder().treat(patient, 0)
    before = patient.model.generator
    assert all(map(torch.equal, treated.decoder.parameters(), before.decoder.parameters()))
    assert not torch.equal(treated.prompt[0].weight, before.prompt[0].weight)


def test_the_patient_has_real_nines_and_the_prior_all_other_words(drawn):
    _, admission = drawn
    assert ASKED not in OTHERS
    assert len(OTHERS) == 9
    assert 20 < len(admission.patient.nines) <= 100
    assert not hasattr(admission.patient, "reader")


def test_the_loss_is_the_cross_entropy_of_pixels():
    assert unlike(torch.zeros(2, 784), torch.full((2, 784), 0.3)) == pytest.approx(784 * 0.6931, rel=1e-3)
    model = fresh(lambda: Autoencoder(8), 0)
    loss = model.loss(torch.zeros(4, 1, 28, 28), ALL[:4], generator_of(0))
    assert 0 < loss < 784
    assert fresh(lambda: Generator(8), 0)(ALL, latents(10, generator_of(1))).shape == (10, 1, 28, 28)


def test_nonsense_is_refused(tmp_path):
    case = ConceptSwap(data="digits", images=30_000)
    with pytest.raises(ValueError, match="expected up to 718"):
        case.draw(0, Shelf(case, Store(tmp_path)))
    for knobs in ({"samples": 0}, {"effort": 2}, {"images": 0.5}):
        with pytest.raises(ValueError, match="expected a"):
            ConceptSwap(**knobs)
    with pytest.raises(ValueError, match="prior=-1"):
        Prior(prior=-1)
