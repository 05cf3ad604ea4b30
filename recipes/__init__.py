"""Scoring inside engines that a newsroom already runs; copy what you need."""
