"""From a transcript to draft minutes: cues, parse and neighbouring turns, every finding with its passage."""
