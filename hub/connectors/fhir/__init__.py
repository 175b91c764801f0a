"""FHIR R4 and R5: a client of others' servers, and our records as resources."""
