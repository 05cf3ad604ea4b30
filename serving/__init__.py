"""Answers: everything that a newsroom asks Forewarn goes through here."""
