"""Screening archives: articles of many formats in, a table and a report out."""
