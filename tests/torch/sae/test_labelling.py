import numpy as np
import pytest
import torch

from lazyartist.data.make import make_task
from lazyartist.data.sources import GreyImages
from lazyartist.sae.labelling import best, label_features, labelled


@pytest.fixture
def planted(fair):
    """Codes that are known by construction, for images whose colours say nothing."""
    n = torch.arange(len(fair))
    noise = torch.rand(len(fair), generator=torch.Generator().manual_seed(0)) / 10
    c, y = fair.attribute, fair.labels
    return torch.stack(
        [
            (c == 1) * (1 + noise),  # green
            ((c == 1) & (n % 4 > 0)) * (1 + noise) + (c == 1) * 0.2,  # green too
            ((c == 0) | (c == 8)) * (1 + noise),  # red and violet
            (y == 3) * (1 + noise),
            noise,
            torch.zeros(len(fair)),
        ],
        dim=1,
    )


def test_features_are_called_what_they_are(planted, fair):
    cards = label_features(planted, fair)
    assert sorted(card.name for card in cards[:2]) == ["green", "green 1"]
    assert cards[2].name in ("red + violet", "violet + red")
    assert [card.name for card in cards[3:]] == ["class 3", "unclear", "dead"]
    assert [card.polysemantic for card in cards] == [False, False, True, False, False, False]
    assert [card.kind for card in cards] == ["colour", "colour", "colour", "class", "", ""]
    assert [card.index for card in cards] == list(range(6))
    assert cards[0].confidence == cards[3].confidence == 1
    assert cards[4].confidence < 0.7
    assert cards[5].confidence == 0.5
    assert cards[0].eta_attribute > 0.95
    assert cards[0].eta_class < 0.1
    assert cards[3].eta_class > 0.95
    assert cards[0].top
    assert all(int(fair.attribute[i]) == 1 for i in cards[0].top)
    assert cards[0].auroc["green"] == 1
    assert cards[5].top == []


def test_names_follow_the_features_wherever_they_stand(planted, fair):
    order = [4, 2, 0, 5, 3, 1]
    names = [card.name for card in label_features(planted, fair)]
    assert [card.name for card in label_features(planted[:, order], fair)] == [names[i] for i in order]


def test_features_are_asked_for_by_meaning(planted, fair):
    cards = label_features(planted, fair)
    assert [card.name for card in labelled(cards, "green")] == ["green", "green 1"]
    assert best(cards, "red").index == 2
    with pytest.raises(ValueError, match="no feature means 'blue'; there are features for class 3, green, red, violet"):
        labelled(cards, "blue")
    with pytest.raises(ValueError, match="there is no concept called 'mauve'; there are red, green"):
        best(cards, "mauve")
    with pytest.raises(ValueError, match="none of the 1 features is alive"):
        best(cards[5:], "red")


def test_an_image_counts_with_its_largest_code(planted, fair):
    four = torch.stack([planted / 2, planted, planted * 0, planted / 3], dim=1).flatten(0, 1)
    assert label_features(four, fair) == label_features(planted, fair)


def test_no_names_from_images_whose_colours_give_the_class_away(planted, task):
    with pytest.raises(ValueError, match=r"colour tells the class of 9\d% of these images"):
        label_features(planted, task.train)


def test_codes_of_other_images_or_of_none_are_refused(planted, fair):
    with pytest.raises(ValueError, match="just these images"):
        label_features(planted[:-1], fair)
    with pytest.raises(ValueError, match="0 codes for 0 images"):
        label_features(planted[:0], fair.subset(slice(0, 0)))
    with pytest.raises(ValueError, match="just these images"):
        label_features(planted[:0], fair)
    with pytest.raises(ValueError, match=r"codes: expected .* NaN or infinity"):
        label_features(planted * float("nan"), fair)


@pytest.mark.parametrize(("classes", "attributes"), [(2, 2), (2, 5), (4, 3), (10, 2), (7, 7)])
@pytest.mark.parametrize("strokes", [False, True])
def test_any_number_of_classes_and_attribute_values_has_names(classes, attributes, strokes, split_of):
    n = torch.arange(4 * classes * attributes)
    labels, attribute = n // 2 % classes, n // (2 * classes) % attributes
    split = split_of(labels, attribute, classes, attributes, strokes=strokes)
    codes = torch.stack([attribute == attributes - 1, labels == classes - 1, n < 0], dim=1).float()
    cards = label_features(codes, split)
    assert [card.name for card in cards] == [f"background {attributes - 1}", f"class {classes - 1}", "dead"]
    assert [card.kind for card in cards] == ["background", "class", ""]
    assert cards[0].eta_attribute == pytest.approx(1)
    assert cards[0].eta_class == pytest.approx(0, abs=1e-9)
    assert ("ink" in cards[0].auroc) == strokes


def test_features_of_a_task_of_two_classes_have_names():
    labels = np.arange(600) % 2
    images = np.zeros((600, 28, 28), np.uint8)
    images[labels == 0, 12:16, 4:24] = 255
    images[labels == 1, 4:24, 12:16] = 255
    split = make_task(GreyImages(images, labels, images, labels), palette=[(1, 0, 0), (0, 1, 0)]).unbiased
    codes = torch.stack([split.attribute == 1, split.labels == 0, split.labels < 0], dim=1).float()
    cards = label_features(codes, split)
    assert [card.name for card in cards] == [split.images.palette.words[1], "class 0", "dead"]
    assert [card.confidence for card in cards] == [1, 1, 0.5]
