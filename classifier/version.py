"""The version of this code, as it stands in every answer."""

__version__ = "0.1.0"
