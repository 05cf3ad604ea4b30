"""What an article is to the machine: its text, windows, network, artifact and classifier."""
