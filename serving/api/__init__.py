"""The HTTP interface for content management systems."""
