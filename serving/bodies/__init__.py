"""Bodies as content management systems keep them, read as a reader sees them, and the way back."""
