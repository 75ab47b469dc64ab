"""What people look at and open."""
