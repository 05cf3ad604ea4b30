"""A receiver of Ghost's webhooks: what is published is checked, and waits at the review desk."""
