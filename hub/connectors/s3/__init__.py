"""Recordings and documents in an object store."""
