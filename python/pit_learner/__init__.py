"""One language model and its optimiser, on one process or many, driven by PIT Lab's trainer over standard streams."""
