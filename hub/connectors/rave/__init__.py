"""Medidata Rave EDC by Rave Web Services (RWS)."""
