"""Copies in the database: what was found of each article, and who carries the same story.

The rules are in `text.copies` and know no database. Here: documents (articles as they are compared), lists (many
numbers in one statement), postings and fresh (the index, and what waits to be put into it), index (what the rules ask),
lines (boilerplate of sites), wishes (what people said), carrying (what a decision changes), telling (originals),
linking, settling (a batch), byhand, shelf (all of it for the others).
"""
