"""Dates, fixed texts and headlines in a reader's language."""
