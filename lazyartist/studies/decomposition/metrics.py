"""What the studies of sparse autoencoders measure, in which order, and at which amounts; torch-free."""

from __future__ import annotations


# what is added along a direction, in multiples of the layer's scale: how far its vectors usually are from their mean
UP = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
DOWN = (0.0, 0.25, 0.5, 1.0, 2.0)
COMPARED_AT = 4.0  # where directions are compared with each other
STEERED_SHARE = 0.9  # of the answers, from which on a value of the bias attribute counts as steered

STEER_UP, STEERED_VALUES, STEER_DOWN, STEER_COST = "steer_up", "steered_values", "steer_down", "steer_cost"
# the key "direction": the features of a value together, the best one alone, what needs no autoencoder, the controls
DIRECTIONS = ("features", "best feature", "difference of means", "raw channel", "random features", "random directions")
CONTROLS = DIRECTIONS[4:]

ATTRIBUTE_AUROC, PROBE_AUROC = "attribute_auroc", "probe_auroc"
PROBED_FEATURES = (1, 5)  # the key "features" of `PROBE_AUROC`
EXPLAINED_VARIANCE, L0, DEAD_SHARE, LOSS_RECOVERED = "explained_variance", "l0", "dead_share", "loss_recovered"
STABLE_FEATURES, SAME_NAME, SHARED_FEATURES = "stable_features", "same_name", "shared_features"

AUROC = "auroc"
MEANS = ("feature", "channel", "probe")  # the key "by" of `AUROC`: what tells the groups of images apart

# the keys "edit" and "head" of the accuracies: what was done to the layer, and which last linear layer answered
UNEDITED, CEILING = "nothing", "oracle"
OWN_HEAD, REFITTED_HEAD = ("own", "refitted")
SCR = "scr"

# the studies' knobs: a changed one is a key of the rows
KNOBS = (
    *("variant", "variants", "width", "sae_seed", "steps", "vectors_per_step", "images", "probed", "expansion"),
    *("strong_correlation", "refitted_on", "scr_counts", "scr_classes"),
)
