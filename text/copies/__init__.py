"""Finding copies: which texts are the same story, which only look like it, and what says so.

Everything here is pure: texts and what a store answers come in, decisions go out. One step a module:
folding and cleaning (what is compared), keys and sketch (how it is found), compare, guard and relation (what two
texts are to each other), joining (what becomes of a text), original (who had it first), memory (an index for tests
and one-off checks).
"""
