"""The parties' oversight of each other: duties, incidents, releases, blinding, personal data, what is due."""
