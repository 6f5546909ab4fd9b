"""One file and an entry point add a map, an attack or a sparse autoencoder."""

import torch

from lazyartist.attacks import ATTACKS
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attribution import MAPS
from lazyartist.sae import SAES
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.train import train


MAP = '''
    """A map: the image's own brightness."""
    from dataclasses import dataclass

    from lazyartist.attribution.base import Map

    @dataclass(frozen=True)
    class Brightness(Map):
        """Where it is bright."""

        power: float = 1.0

        def __call__(self, model, images, target):
            return images.mean(1) ** self.power
'''


def test_a_map_of_another_package_is_listed_and_built(install, lazyartist, taught, task):
    install("", {"bright_map.py": MAP}, {"lazyartist.attribution": {"brightness": "bright_map:Brightness"}})
    assert "  brightness " in lazyartist("list")[1]
    images = task.easy.render(slice(0, 3))
    assert torch.equal(MAPS.build("brightness:power=2")(taught, images, 0), images.mean(1) ** 2)


ATTACK = '''
    """An attack: full brightness in every pixel."""
    from dataclasses import dataclass

    from lazyartist.attacks.fixed_epsilon import FixedEpsilonAttack

    @dataclass(frozen=True)
    class Bright(FixedEpsilonAttack):
        """As bright as it may be."""

        sign: int = 1

        def run(self, model, criterion, ball, best, generator):
            everything = torch.arange(len(ball.images))
            x = ball.moved(everything, torch.tensor(float(self.sign)))
            best.offer(everything, x, criterion.at(everything).margin(model(x)))
'''.replace("from dataclasses import dataclass\n", "from dataclasses import dataclass\n\n    import torch\n")


def test_an_attack_of_another_package_is_listed_and_run(install, lazyartist, taught, task):
    install("", {"bright_attack.py": ATTACK}, {"lazyartist.attacks": {"bright": "bright_attack:Bright"}})
    assert "  bright " in lazyartist("list")[1]
    images = task.easy.render(slice(0, 3))
    criterion = TargetedConfidence(torch.zeros(3, dtype=torch.long))
    result = ATTACKS.build("bright:sign=-1")(taught, images, criterion, 0.1)
    assert ((result.images <= images) & (result.images >= images - 0.1)).all()
    assert not torch.equal(result.images, images)


VARIANT = '''
    """A sparse autoencoder whose features are squared."""
    from dataclasses import dataclass

    from lazyartist.sae.topk import TopK

    @dataclass(frozen=True)
    class TopTwo(TopK):
        """Two features fire, and no more."""

        k: int = 2
'''


def test_an_autoencoder_of_another_package_is_listed_and_trained(install, lazyartist):
    install("", {"two_features.py": VARIANT}, {"lazyartist.sae": {"two": "two_features:TopTwo"}})
    assert "  two " in lazyartist("list")[1]
    vectors = torch.randn(300, 6, generator=torch.Generator().manual_seed(0))
    (sae,) = train(SAES.build("two"), vectors, features=8, budget=SaeBudget(steps=20))
    codes = sae.encode(vectors)
    assert int((codes != 0).sum(1).max()) <= 2
