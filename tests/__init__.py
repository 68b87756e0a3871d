"""The tests. Bytecode is kept, whatever the environment says: pytest compiles every test with its asserts, and takes
longer for that than for all else before the first test, in each of its processes.
"""

import sys

sys.dont_write_bytecode = False
