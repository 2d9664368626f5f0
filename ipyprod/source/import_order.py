"""The order in which people write imports, which is isort's."""

import sys
from collections.abc import Collection

FUTURE, STANDARD, THIRD_PARTY, LOCAL = SECTIONS = range(4)


def import_section(module: str, own_modules: Collection[str]) -> int:
    """Return the section of a module's import; `own_modules` are the project's, by their first part."""
    root = module.partition(".")[0]
    if root == "__future__":
        return FUTURE
    if module.startswith(".") or root in own_modules:
        return LOCAL
    return STANDARD if root in sys.stdlib_module_names else THIRD_PARTY


def member_order(name: str) -> tuple[int, str, str]:
    """Return the key of a name in `from module import ...`: constants, then classes, then the rest."""
    first = name.partition(" ")[0]
    kind = 0 if first.isupper() and len(first) > 1 else 1 if first[:1].isupper() else 2
    return kind, first.lower(), first
