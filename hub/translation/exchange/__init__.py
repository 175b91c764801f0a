"""Memories and glossaries as files of other tools: TMX, TBX and CSV, out and in again."""
