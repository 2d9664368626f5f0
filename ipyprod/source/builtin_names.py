"""Names that are there without an import: those of Python, and those of the console beside them."""

import builtins

CONSOLE_NAMES = frozenset({"display", "get_ipython"})  # IPython puts them among Python's own
PYTHON_NAMES = frozenset(dir(builtins)) - CONSOLE_NAMES
BUILTIN_NAMES = PYTHON_NAMES | CONSOLE_NAMES
