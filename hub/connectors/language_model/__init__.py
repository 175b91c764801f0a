"""Language models of others, reached over the OpenAI-compatible API; off unless an address is set."""
