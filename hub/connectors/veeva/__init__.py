"""Veeva Vault: CTMS and eTMF of the Clinical Operations applications."""
