"""How long things are kept, and how large it gets."""
