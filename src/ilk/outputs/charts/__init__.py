"""The house set of charts, a family a file; each returns a Figure that can be drawn at any width."""
