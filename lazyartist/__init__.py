"""Catch a neural network cheating, see how it cheats, cure it, and prove the cure.

The rooms: `data` paints the biased datasets, `models` holds the networks, `strategies` the ways to train,
`training` the one loop and the store, `probes` the questions, `attacks` the noise, `studies` the experiments,
`reporting` rows, tables, figures and the gate. Importing this package does not import torch.
"""

__version__ = "0.1.0"
