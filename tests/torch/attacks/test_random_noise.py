from lazyartist.attacks.random_noise import RandomNoise


def test_random_noise_asks_as_often_as_it_may_and_no_more(plane):
    found = RandomNoise(queries=100)(plane.model, plane.images, plane.criterion, 1e-3)
    assert found.steps.tolist() == [100, 100, 100]
