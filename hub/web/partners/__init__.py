"""Two partner systems of the demo and the tests, as real HTTP servers: a sponsor's CTMS and a CRO's CTMS."""
