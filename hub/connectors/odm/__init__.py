"""CDISC's formats: ODM 1.3.2 and 2.0, Dataset-JSON, USDM."""
