"""Several sources side by side, one row a customer."""
