"""What the made-up world is made of: its personas and its tables."""
