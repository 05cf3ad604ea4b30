"""The review desk: pages on which editors try articles, decide, and see how well it works."""
