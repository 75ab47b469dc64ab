"""The chapters of a study, made ready to be set: texts, tables and charts, in the order they are read."""
