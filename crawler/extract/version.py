"""Which version of the rules this is; in a module of its own for those who only need its name."""

#: The rules and their number: a reading of an older one is made anew.
EXTRACTOR = "html/2"
