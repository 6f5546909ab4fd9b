"""Fine-tuning on new classes without the images of the old ones, and without forgetting them."""
