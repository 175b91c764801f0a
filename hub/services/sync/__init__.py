"""Records between the parties' systems: taken in, relayed, delivered, reconciled."""
