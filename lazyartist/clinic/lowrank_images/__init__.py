"""Images that are known as two factors of low rank each, and what finds the same object among them."""
