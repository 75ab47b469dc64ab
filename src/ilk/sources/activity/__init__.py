"""Activity: what customers did, posted or liked, one row a customer."""
