"""How the meeting extractor is trained and measured; needs the extra `train`, which the hub itself does not."""
