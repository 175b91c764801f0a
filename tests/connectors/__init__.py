"""The connector kit: a peer that fails on demand, and the contract that every connector keeps."""
