"""Catch a neural network cheating, see how it cheats, cure it, and prove the cure.

The rooms: `data` makes biased tasks of images whose factors are known, `networks` holds architectures by name,
`strategies` the ways to train, `training` the one loop and the store; `probes`, `attribution` and `visualise` ask
trained models, `attacks` and `certify` perturb them, `sae` takes their layers apart; `studies` are the experiments,
`reporting` rows, tables and the gate. Importing this package does not import torch.
"""

__version__ = "0.1.0"
