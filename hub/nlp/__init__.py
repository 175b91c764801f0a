"""How the hub listens: one stage a file, heavy imports inside the functions that need them."""
