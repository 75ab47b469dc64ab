"""How many, and is it real."""
