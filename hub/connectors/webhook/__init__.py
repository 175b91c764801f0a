"""The generic connector for webhooks: verified in, signed out."""
