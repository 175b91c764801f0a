"""The life of minutes after the draft: recorded, corrected, signed, sent out, followed up."""
