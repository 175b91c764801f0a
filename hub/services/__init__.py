"""What the hub does: one use case a file, over domain and ports only."""
