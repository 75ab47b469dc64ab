"""Anything -> one row a customer, in Arrow batches."""
