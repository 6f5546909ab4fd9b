import pytest

from lazyartist.visualise import colour_directions


@pytest.fixture(scope="session")
def colours(task):
    return colour_directions(task.train.render(slice(0, 300)))
