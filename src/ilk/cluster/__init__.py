"""Numbers -> segments: the kernel and the methods on it."""
