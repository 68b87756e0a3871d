"""Telling people: what deserves an alarm, the daily digest, the channels, and the ping."""
