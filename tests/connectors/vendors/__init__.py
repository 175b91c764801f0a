"""Servers that behave, and misbehave, as the vendors' do."""
