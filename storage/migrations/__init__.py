"""How the schema came to be, one script a change."""
