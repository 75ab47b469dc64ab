"""The scoring service: customers in over HTTP, segments out."""
