"""A language model with its optimiser, on one process or many, driven by PIT Lab's trainer."""
