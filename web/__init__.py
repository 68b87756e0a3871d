"""The HTTP side: health, metrics and run control; later the reader."""
