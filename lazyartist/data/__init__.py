"""The canvas that lies: real images, painted so that the colour gives the class away."""
