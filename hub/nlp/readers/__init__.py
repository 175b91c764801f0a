"""Transcripts of others: WebVTT, SRT, DOCX, plain text, and the hub's own JSON."""

from hub.nlp.readers.pick import is_transcript, read_transcript

__all__ = ["is_transcript", "read_transcript"]
