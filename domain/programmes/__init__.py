"""Programmes that several organisations own together."""
