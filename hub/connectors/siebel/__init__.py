"""Oracle Siebel Clinical (CTMS)."""
