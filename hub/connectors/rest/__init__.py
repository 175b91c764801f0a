"""Any HTTP API that lists and takes JSON, described in YAML."""
