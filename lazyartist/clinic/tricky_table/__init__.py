"""A table whose holes tell the target at the sites of the training data, and nowhere else."""
