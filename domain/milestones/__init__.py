"""Milestones: what was promised for when, every move of a date, and what waits for what."""
