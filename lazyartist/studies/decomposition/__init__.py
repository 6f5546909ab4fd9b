"""Task 6: the last hidden layer of a lazy model taken apart by sparse autoencoders, steered, and edited."""
