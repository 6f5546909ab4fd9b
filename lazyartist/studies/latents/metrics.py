"""What the studies of latents measure, by which names; torch-free."""

from __future__ import annotations


# of all factors together, and with the key "factor" of each: its gap, and what the best latent tells of it
MIG, GAP, LARGEST = "mig", "gap", "largest_information"
MIG_ALL, MIG_SAMPLED, MIG_NULL = "mig_dead_latents_too", "mig_sampled", "mig_shuffled"
SSIM, ERROR, ACTIVE = "ssim", "reconstruction_error", "active_latents"
SAP, FACTOR_VAE = "sap", "factor_vae_score"
DCI = ("dci_disentanglement", "dci_completeness", "dci_informativeness")
INFOMEC = ("info_modularity", "info_explicitness", "info_compactness")
COMPARED = (MIG, MIG_SAMPLED, SAP, *DCI, FACTOR_VAE, *INFOMEC, SSIM)

# the keys of rows that say how latents were learnt
RECIPE = ("variant", "coder", "latents", "steps", "batch_size", "polish", "candidates")

# of outliers, with the keys "off", "odd" and "detector"
AUROC, PRECISION_AVERAGE, PRECISION, RECALL = "auroc", "average_precision", "precision", "recall"
FALSE_ALARMS = "false_alarms"
# of counterfactuals, with the keys "off" and "move"
VALID, PLAUSIBLE, RESTORED, KEPT, KEPT_EXACTLY = "valid", "plausible", "restored", "kept", "kept_exactly"
MOVED_LATENTS, MOVED_SIGMAS, MOVED_PIXELS = "moved_latents", "moved_sigmas", "moved_pixels"

# of a dataset that lies, with the key "split": the share of attribute and of class that one latent tells, the lesser
# of both and the largest over latents; and the same of shuffled images
ENTANGLED, ENTANGLED_NULL = "entangled", "entangled_shuffled"
