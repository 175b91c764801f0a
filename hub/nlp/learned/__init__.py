"""What was learned from marked meetings: how likely an utterance carries an action, a decision, a risk or an issue."""
