"""How the hub reaches others: one file or folder a system."""
