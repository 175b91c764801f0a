"""REDCap projects."""
