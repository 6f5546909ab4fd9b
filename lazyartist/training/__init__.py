"""The one training loop, and the store of trained models."""
