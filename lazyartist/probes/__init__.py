"""Probes: questions to a trained model, any `torch.nn.Module` from images (B, C, H, W) in [0, 1] to logits."""

from lazyartist.probes.confusion import Accuracy, accuracy
from lazyartist.probes.cue_conflict import CueConflict, recolour
from lazyartist.probes.groups import GroupAccuracy, group_accuracy


__all__ = ["Accuracy", "CueConflict", "GroupAccuracy", "accuracy", "group_accuracy", "recolour"]
