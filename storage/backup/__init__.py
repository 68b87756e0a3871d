"""Whole archives: copied, verified, put in place, moved to another database."""
