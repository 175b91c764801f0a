"""Who may come in: accounts kept, people signed in, tokens made."""
