"""OpenClinica 4 by its REST API, and LibreClinica (OpenClinica 3) by its SOAP services."""
