"""The integration hub between clinical-trial sponsors and the organizations that run their trials."""
