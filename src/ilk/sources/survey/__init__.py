"""Surveys, one row a respondent."""
