"""Columns -> numbers: roles, themes and the recipe."""
