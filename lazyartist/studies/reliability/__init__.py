"""What the soak found: kills, cuts, damage, bad inputs and hostile files, counted by `pytest -m soak`."""
