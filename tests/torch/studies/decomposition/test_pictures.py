import pytest

from lazyartist.studies.decomposition.pictures import page, page_name
from lazyartist.studies.decomposition.sae import SaeStudy


@pytest.mark.usefixtures("marked")
def test_a_page_shows_each_value_of_whatever_attribute_and_what_is_about_shape(store):
    study = SaeStudy(datasets="marked:marks=3", strategies="lazy", seeds=1, budget={"batch_size": 32}, steps=60)
    (run,) = study.runs()
    figure = page(run, store, study)
    panels = [panel for panel in figure.axes if panel.images]
    titles = [panel.get_title(loc="left") for panel in panels]
    assert 3 < len(panels) <= 3 + 10
    assert all("mark 0." in title or "mark 1." in title for title in titles)
    words = {each.get_text() for panel in figure.axes for each in panel.texts}
    assert words == {"each mark's best feature, and steering along it", "those most about shape, and steering"}


@pytest.mark.parametrize(
    ("dataset", "network", "name"),
    [
        ("mnist", "simple_cnn", "features_mnist"),
        ("digits", "deeper_cnn", "features_digits_deeper_cnn"),
        ("digits:correlation=0.99", "simple_cnn:width=16", "features_digits_correlation_0_99_simple_cnn_width_16"),
    ],
)
def test_each_dataset_and_network_has_a_page_of_its_own(dataset, network, name):
    (run, *_) = SaeStudy(datasets=dataset, networks=network).runs()
    assert page_name(run) == name
