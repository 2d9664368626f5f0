"""Whatever a person does to a file between two promotions: nothing of it is lost."""

import ast

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ipyprod.errors import ModuleFileError
from ipyprod.module_file.edit import insert_function
from ipyprod.module_file.layout import parse_layout
from ipyprod.promotion.plan import RenderedFunction

OURS = ("K", "clean")
FIRST = RenderedFunction(
    name="clean",
    text='def clean(x):\n    """Clean."""\n    a = x + 1\n    b = a * 2\n    c = b - K\n    return c\n',
    imports=("import re",),
    companions=(("K", "K = 4"),),
)
SECOND = RenderedFunction(
    name="clean",
    text=FIRST.text.replace("a * 2", "a * 5"),
    imports=("import ast", "import re"),
    companions=FIRST.companions,
)
PERSON = '"""Mine."""\nimport os\n\n\n# my own\ny = 1  # before\n\n\ndef mine(a):\n    # why\n    return a\n'
LINES = st.sampled_from(
    ["# mine {}", "mine_{} = 1", "    # mine {}", "    mine_{} = 2", "", "def mine_{}(): pass", "import sys",
     "    ", "\f", "x = '''", "if y:", "    return {}", "@deco", "K = {}", "del y", "class C_{}:"]
)  # fmt: skip
EDITS = st.lists(
    st.tuples(st.sampled_from(["insert", "delete", "replace", "swap"]), st.integers(0, 40), LINES),
    max_size=6,
)


def edited(text, edits):
    """Give the edited text, and the lines that the person wrote."""
    lines, written = text.split("\n"), []
    for number, (kind, place, line) in enumerate(edits):
        at = min(place, len(lines) - 1)
        new = line.format(number)
        if kind == "insert":
            lines.insert(at, new)
            written.append(new)
        elif kind == "replace":
            lines[at] = new
            written.append(new)
        elif kind == "delete" and len(lines) > 1:
            del lines[at]
        elif kind == "swap":
            lines[at], lines[-1] = lines[-1], lines[at]
    text = "\n".join(lines)
    return text, [line for line in written if line.strip() and line in text.split("\n")]


def outside(text):
    """Give the lines that stand in none of the definitions that ipyprod wrote."""
    layout = parse_layout(text, path="made.py")
    ours = [block for name in OURS for block in layout.definition_blocks(name)]
    lines = set()
    for block in ours:
        lines |= set(range(block.first_line, block.last_line + 1))
    return [line for n, line in enumerate(text.split("\n"), 1) if n not in lines]


def is_in_order(some, all_lines):
    rest = iter(all_lines)
    return all(any(line == other for other in rest) for line in some)


def test_layout_of_the_person_is_kept_where_nothing_else_changes_there():
    made = insert_function(None, FIRST, path="made.py")
    record = "\n\n\n".join(source for _, source in made.wrote)
    text = made.after.replace("return c", "return (c)")
    after = insert_function(text, SECOND, path="made.py", written_before=record).after
    assert after == text.replace("a * 2", "a * 5").replace("import re", "import ast\nimport re")


@settings(max_examples=150, deadline=None)
@given(EDITS, st.sampled_from(["\n", "\r\n"]), st.booleans())
@example([("delete", 16, "")], "\n", True)
@example([("replace", 0, "# mine {}")], "\r\n", True)
def test_no_byte_of_a_person_is_lost(edits, newline, knows):
    made = insert_function(PERSON, FIRST, path="made.py")
    record = "\n\n\n".join(source for _, source in made.wrote)
    text, written = edited(made.after, edits)
    text = text.replace("\n", newline)
    try:
        edit = insert_function(
            text, SECOND, path="made.py", written_before=record if knows else None
        )
    except ModuleFileError:
        return  # refused: the file is as it was
    after = edit.after.replace(newline, "\n").split("\n")
    assert newline == "\n" or "\n" not in edit.after.replace("\r\n", "")
    assert is_in_order(outside(text.replace(newline, "\n")), after)
    for line in written:
        assert after.count(line) >= 1
    ast.parse(edit.after)
    again = insert_function(
        edit.after,
        SECOND,
        path="made.py",
        written_before="\n\n\n".join(source for _, source in edit.wrote),
    )
    assert again.after == edit.after


@settings(max_examples=60, deadline=None)
@given(EDITS)
def test_force_replaces_the_definition_and_nothing_else(edits):
    made = insert_function(PERSON, FIRST, path="made.py")
    text, _ = edited(made.after, edits)
    try:
        edit = insert_function(text, SECOND, path="made.py", force=True)
    except ModuleFileError:
        return
    assert is_in_order(outside(text), edit.after.split("\n"))
    assert "b = a * 5" in edit.after
