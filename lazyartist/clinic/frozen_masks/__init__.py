"""Masks of objects, from the activations of a classifier that stays as it is and has never seen a mask."""
