"""eTMF exchange packages (EMS 1.0.2): documents with hashes, signatures and audit records in a folder."""
