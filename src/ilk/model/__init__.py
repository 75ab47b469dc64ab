"""Keep and use: the frozen parts of a model, its file, and what it says of a customer."""
