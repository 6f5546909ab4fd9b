from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.metrics import l0
from lazyartist.sae.relu_l1 import ReluL1
from lazyartist.sae.train import train


QUICK = SaeBudget(steps=200, batch_size=64, learning_rate=4e-3)


def test_a_stronger_penalty_fires_less(truth):
    _, x = truth
    weak, strong = (train(ReluL1(s), x, features=32, budget=QUICK)[0] for s in (0.003, 0.1))
    assert l0(strong.encode(x)) < l0(weak.encode(x))
