"""Segments -> personas."""
