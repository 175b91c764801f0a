"""How the hub speaks: engines, checks and one folder a locale."""
