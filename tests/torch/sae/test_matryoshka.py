from lazyartist.sae.batch_topk import BatchTopK
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.matryoshka import Matryoshka
from lazyartist.sae.metrics import explained_variance
from lazyartist.sae.train import train


QUICK = SaeBudget(steps=200, batch_size=64, learning_rate=4e-3)


def test_the_first_features_of_a_matryoshka_explain_more(truth):
    _, x = truth
    explained = []
    for variant in (Matryoshka(k=3), BatchTopK(k=3)):
        (autoencoder,) = train(variant, x, features=48, budget=QUICK)
        z = autoencoder.encode(x)
        z[:, 24:] = 0
        explained.append(explained_variance(x, autoencoder.decode(z)))
    assert explained[0] > explained[1] + 0.05
