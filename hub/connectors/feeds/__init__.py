"""Regulators' news: RSS, Atom and JSON feeds, and tables of pages that have none."""
