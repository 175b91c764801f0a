"""The communication plan is run: clocks, reminders, escalations."""
