"""What customers write, as topics."""
