import ast
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipyprod.effects.formatting import format_source
from ipyprod.errors import ModuleFileError
from ipyprod.module_file.edit import insert_function, replace_module
from ipyprod.module_file.layout import comments
from ipyprod.promotion.plan import RenderedFunction

BLACK = partial(format_source, path="made.py")


def rendered(text, *, name="clean", imports=(), companions=()):
    return RenderedFunction(name=name, text=text, imports=imports, companions=companions)


def insert(text, new, **options):
    return insert_function(text, new, path="made.py", format_source=BLACK, **options)


CLEAN = rendered("def clean(x):\n    return x + 1\n")
WRITTEN = "def clean(x):\n    return x\n"


def test_new_file_begins_with_a_docstring_and_runs():
    new = rendered(
        "def clean(x):\n    return helper(x, K)",
        imports=("import os.path", "from math import sqrt"),
        companions=(("K", "K = 4"), ("helper", "def helper(a, b): return sqrt(a * b)")),
    )
    after = insert(None, new).after
    space = {}
    exec(after, space)
    assert ast.get_docstring(ast.parse(after))
    assert space["clean"](9) == 6
    assert insert(after, new).after == after


def test_new_function_goes_before_the_main_guard():
    after = insert('def a():\n    pass\n\n\nif __name__ == "__main__":\n    a()\n', CLEAN).after
    assert after.index("def clean") < after.index("if __name__")


def test_what_ipyprod_wrote_is_replaced_in_place():
    text = f"a = 1\n\n\n{WRITTEN}\n\nb = 2  # mine\n"
    after = insert(text, CLEAN, written_before=WRITTEN).after
    assert after == text.replace("return x", "return x + 1")


def test_reformatted_function_still_counts_as_written_by_ipyprod():
    there = "def clean( x ):\n  return (x)\n"
    assert "x + 1" in insert(there, CLEAN, written_before=WRITTEN).after


def test_hand_written_function_is_refused():
    with pytest.raises(ModuleFileError, match="was not written by ipyprod") as caught:
        insert("def clean(x):\n    return 0\n", CLEAN)
    assert caught.value.detail == ""
    assert "x + 1" in insert("def clean(x):\n    return 0\n", CLEAN, force=True).after


def test_hand_edit_of_another_line_is_merged_and_told():
    base = "def clean(x):\n    a = 1\n    b = 2\n    c = 3\n    return x\n"
    edited = base.replace("a = 1", "a = 10  # mine")
    new = rendered(base.replace("return x", "return -x"))
    edit = insert(edited, new, written_before=base)
    assert edit.after == edited.replace("return x", "return -x")
    assert edit.notes
    again = insert(edit.after, new, written_before=edit.wrote[0][1])
    assert again.after == edit.after


def test_hand_edit_of_the_same_line_is_refused():
    with pytest.raises(ModuleFileError, match="edited by hand"):
        insert("def clean(x):\n    return 7\n", CLEAN, written_before=WRITTEN)


def test_comment_added_by_hand_is_no_formatting():
    there = "def clean(x):\n    return x  # careful\n"
    with pytest.raises(ModuleFileError, match="edited by hand"):
        insert(there, CLEAN, written_before=WRITTEN)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import clean\n", "clean is an import in made.py, line 1"),
        ("a = 1\nclean = 3\n", "clean in made.py was not written"),
        ("a = 1\nclean, b = 3, 4\n", "clean is a variable in made.py, line 2"),
        ("if a:\n    def clean(): pass\n", "clean is a function in made.py, line 2"),
        ("def f(:\n", "made.py, line 1 is not valid Python"),
    ],
)
def test_clash_is_one_clear_line(text, said):
    with pytest.raises(ModuleFileError, match=said) as caught:
        insert(text, CLEAN)
    assert "\n" not in str(caught.value)
    assert "nothing was written" in str(caught.value)


def test_name_of_a_builtin_is_refused():
    with pytest.raises(ModuleFileError, match="sum is the name of a builtin"):
        insert("x = 1\n", rendered("def sum(x): return x", name="sum"))


def test_builtin_that_the_file_replaces_is_not_used_unknowingly():
    with pytest.raises(ModuleFileError, match="the new code uses the builtin"):
        insert("def len(x): return 0\n", rendered("def clean(x): return len(x)"))


def merged(text, *imports):
    return insert(text, rendered("def clean(): pass", imports=imports)).after.split("\n\n\ndef")[0]


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        ("import os\n", "import os", "import os"),
        ("from math import pi\n", "from math import sqrt", "from math import pi, sqrt"),
        ("from math import pi  # keep\n", "from math import e",
         "from math import pi  # keep\nfrom math import e"),
        ("import os\n\nimport pandas\n", "import numpy", "import os\n\nimport numpy\nimport pandas"),
        ("import numpy\n", "import os", "import os\n\nimport numpy"),
        ("import os\n", "import numpy as np", "import os\n\nimport numpy as np"),
        ("import os\n", "import os.path", "import os\nimport os.path"),
        ('"""Doc."""\n', "import os", '"""Doc."""\n\nimport os'),
        ('"""Doc."""\nimport os\n', "from __future__ import annotations",
         '"""Doc."""\n\nfrom __future__ import annotations\n\nimport os'),
        ("# licence\nimport os\n", "import ast", "# licence\nimport ast\nimport os"),
        ("from a import *\nimport os\n", "import ast", "from a import *\nimport os\nimport ast"),
        ("try:\n    import tomllib\nexcept ImportError:\n    import tomli as tomllib\n",
         "import tomllib",
         "try:\n    import tomllib\nexcept ImportError:\n    import tomli as tomllib"),
        ("from x import (\n    a,\n    c,\n)\n", "from x import b",
         "from x import (\n    a,\n    b,\n    c,\n)"),
    ],
)  # fmt: skip
def test_import_is_merged(before, wanted, after):
    assert merged(before, wanted) == after


def test_import_stands_apart_from_a_lone_comment():
    assert merged("# licence\n", "import os") == "# licence\n\nimport os"


def test_tabs_of_the_file_are_used_but_not_in_strings():
    text = "def a():\n\treturn 1\n"
    after = insert(text, rendered('def clean():\n    x = """\n    y"""\n    return x\n')).after
    assert after.endswith('def clean():\n\tx = """\n    y"""\n\treturn x\n')


def test_import_for_typing_only_is_not_there_at_run_time():
    text = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import ast\n"
    assert "\nimport ast\n" in "\n" + merged(text, "import ast")


def test_import_of_the_file_itself_is_dropped():
    text = "def fit(x):\n    return x\n"
    new = rendered("def clean(x): return fit(x)", imports=("from made import fit",))
    assert "import" not in insert(text, new).after


def test_companion_of_another_function_is_not_changed():
    text = "K = 1\n\n\ndef other():\n    return K\n"
    new = rendered("def clean(): return K", companions=(("K", "K = 2"),))
    with pytest.raises(ModuleFileError, match="other uses it too"):
        insert(text, new, written_before="K = 1")


def test_exports_are_extended():
    after = insert("__all__ = [\n    'a',\n]\na = 1\n", CLEAN).after
    assert after.startswith("__all__ = [\n    'a',\n    'clean',\n]\n")


def test_generated_module_never_replaces_a_person_s_file():
    with pytest.raises(ModuleFileError, match="was not written by ipyprod"):
        replace_module("x = 1\n", "y = 1\n", path="made.py")
    assert (
        replace_module("x=1", "y = 1\n", path="made.py", written_before="x = 1\n").after
        == "y = 1\n"
    )


def test_code_that_runs_too_early_is_refused():
    text = "def clean():\n    return 1\n\n\nX = clean()\n\n\ndef late():\n    return 2\n"
    new = rendered("def clean(): return late()")
    with pytest.raises(ModuleFileError, match="before late"):
        insert(text, new, written_before="def clean(): return 1")


PIECES = st.sampled_from(
    ["# a comment", "import os", "import numpy as np", "from math import pi, e", "x = 1; y = 2",
     "def a(z):\n    # why\n    return z  # so\n    # end", "@deco\nclass B:\n\n    c = '''\n  t\n'''",
     "\f", "", "if x:\n\tpass", "s = 'ä\u2028'", "@f\n@g\ndef h(): return 1", "for i in x: pass",
     "with a as b:\n  pass", "t = '''def clean(): 0\n# no comment\n'''", "# %% cell", "    # odd"]
)  # fmt: skip
NEW = rendered(
    "# note\ndef clean(q):\n    return sqrt(K)",
    imports=("from math import sqrt", "import re"),
    companions=(("K", "K = 4"),),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(PIECES, max_size=8), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_the_rest_of_any_module_is_kept(pieces, newline, has_end):
    text = ("\n".join(pieces) + "\n" * has_end).replace("\n", newline)
    edit = insert_function(text, NEW, path="made.py")
    assert insert_function(edit.after, NEW, path="made.py").after == edit.after
    left = iter(edit.after.replace("from math import e, pi, sqrt", "from math import pi, e"))
    rest = text.replace("from math import pi, e", "from math import pi, e")
    if text.strip() and "from math" not in text:
        assert all(character in left for character in rest)  # in order, none missing
    assert not set(comments(text)) - set(comments(edit.after))
    before = [ast.dump(n) for n in ast.parse(text).body if not isinstance(n, ast.ImportFrom)]
    after = [ast.dump(n) for n in ast.parse(edit.after).body]
    assert all(after.count(node) >= before.count(node) for node in before)


FIRST = rendered(
    "def clean(x):\n    a = x + 1\n    b = a * 2\n    c = b - 3\n    return c\n",
    imports=("import re",),
    companions=(("K", "K = 4"),),
)
SECOND = rendered(
    FIRST.text.replace("a * 2", "a * 5"), imports=("import ast",), companions=(("K", "K = 5"),)
)
LINES = st.sampled_from(
    ["# mine{}", "mine{} = 1", "    # mine{}", "    mine{} = 2", "", "def mine{}(): pass"]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), LINES), max_size=4))
def test_edits_between_two_promotions_are_never_lost(changes):
    made = insert_function("import os\n\n\ny = 1  # before\n", FIRST, path="made.py")
    written = "\n\n\n".join(source for _, source in made.wrote)
    lines = made.after.split("\n")
    for number, (place, line) in enumerate(changes):
        lines.insert(min(place, len(lines)), line.format(number))
    try:
        edit = insert_function("\n".join(lines), SECOND, path="made.py", written_before=written)
    except ModuleFileError:
        return  # refused: the file is as it was
    after = edit.after.split("\n")
    assert "    b = a * 5" in after
    for number, (_, line) in enumerate(changes):
        assert line.format(number) in after


@pytest.mark.parametrize(
    ("module", "wanted", "line"),
    [
        ("kit.more", "from kit.base import f", "from .base import f"),
        ("kit.sub.more", "from kit.base import f", "from ..base import f"),
        ("kit.sub.more", "from kit.sub.base import f as g", "from .base import f as g"),
        ("kit.more", "from kit import f", "from . import f"),
        ("kit.more", "import kit.base", "import kit.base"),
        ("kit.more", "from other.base import f", "from other.base import f"),
        ("more", "from kit.base import f", "from kit.base import f"),
    ],
)
def test_neighbour_in_the_package_is_imported_relatively(module, wanted, line):
    new = rendered("def clean(): return 1", imports=(wanted,))
    for text in (None, "x = 1\n"):
        after = insert(text, new, module=module).after
        assert f"{line}\n" in after
        assert insert(after, new, module=module).after == after


def test_absolute_import_of_a_neighbour_that_is_there_is_used():
    new = rendered("def clean(): return f()", imports=("from kit.base import f",))
    after = insert("from kit.base import f\n", new, module="kit.more").after
    assert after.count("import f") == 1


def test_module_of_a_package_does_not_import_itself():
    new = rendered("def clean(): return f()", imports=("from kit.more import f",))
    after = insert("def f(): return 1\n", new, module="kit.more").after
    assert "import" not in after


def test_modules_of_the_project_are_imported_last():
    new = rendered(
        CLEAN.text, imports=("import zlib", "from own import f", "import pandas as pd", "import own")
    )
    after = insert(None, new, own_modules={"own"}).after
    assert "import zlib\n\nimport pandas as pd\n\nimport own\nfrom own import f\n" in after
    there = "import pandas\n\nfrom own import g\n\nx = 1\n"
    more = insert(there, rendered(CLEAN.text, imports=("import sklearn",)), own_modules={"own"})
    assert more.after.startswith("import pandas\nimport sklearn\n\nfrom own import g\n")


@pytest.mark.parametrize("line", ["import os.path as path", "from os import path as place"])
def test_import_with_another_name_stays_as_it_was_typed(line):
    new = rendered(CLEAN.text, imports=(line,))
    after = insert(None, new).after
    assert f"\n{line}\n" in after
    assert insert("x = 1\n", new).after.startswith(f"{line}\n")
    assert insert(after, new).after == after
