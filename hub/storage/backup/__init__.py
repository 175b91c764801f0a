"""Copies of all that a hub keeps, taken while it runs, and put back whole."""
