"""Orders, one row a customer."""
