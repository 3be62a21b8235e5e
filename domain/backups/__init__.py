"""Backups: all of a database at one moment in one file, its restore, and the proof that both are as they were."""
