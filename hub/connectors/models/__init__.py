"""Models: which, from where, under which check (models/manifest.toml)."""
