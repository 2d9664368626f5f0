import ast

import pytest

from ipyprod.promotion.definition_text import definition_source, quote_docstring
from ipyprod.promotion.sentences import is_imperative, sentence_about
from ipyprod.source.names import analyze_statement
from ipyprod.source.statements import Statement, statement_kind


def statement(text, comments=""):
    node = ast.parse(text).body[0]
    return Statement(
        event=0, index=0, cell_number=1, line=1, end_line=1, text=text, comments=comments,
        node=node, kind=statement_kind(node), names=analyze_statement(node),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("def f(x): return x + 1", 'def f(x):\n    """Return `x + 1`."""\n    return x + 1\n'),
        ("double = lambda x, k=2: k * x",
         'def double(x, k=2):\n    """Return `k * x`."""\n    return k * x\n'),
        ("pick = lambda row: (row\n    ['a'])",
         "def pick(row):\n    \"\"\"Return `row[\"a\"]`.\"\"\"\n    return (\nrow\n    ['a']\n)\n"),
        ("def _inner(x):\n    return x", "def _inner(x):\n    return x\n"),
        ('def f():\n    "Told."\n    return 1', 'def f():\n    "Told."\n    return 1\n'),
        ("class Box:\n    size = 1", 'class Box:\n    """A box with `size`."""\n    size = 1\n'),
        ("class A: pass", 'class A:\n    """An a."""\n    pass\n'),
    ],
)  # fmt: skip
def test_definition_is_documented_and_no_lambda(text, written):
    made = definition_source(statement(text))
    assert made == written
    ast.parse(made)


def test_methods_are_documented_private_ones_not():
    text = (
        "class Stack:\n    def __init__(self):\n        self.items = []\n\n"
        "    def push(self, item):\n        self.items.append(item)\n\n"
        "    def _grow(self):\n        self.items *= 2"
    )
    tree = ast.parse(definition_source(statement(text))).body[0]
    told = {part.name: ast.get_docstring(part) for part in tree.body[1:]}
    assert told == {"__init__": "Set up a new instance.", "push": "Push `item`.", "_grow": None}


def test_comment_above_a_definition_is_its_docstring():
    made = definition_source(statement("def f():\n    pass", comments="# do nothing\n"))
    assert made == 'def f():\n    """Do nothing."""\n    pass\n'


def test_commented_code_stays_a_comment():
    made = definition_source(statement("def f():\n    pass", comments="# x = f()\n"))
    assert made.startswith("# x = f()\ndef f():")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("def is_even(n):\n    n = int(n)\n    return n % 2 == 0", "Return whether `n` is even."),
        ("def load_orders(path):\n    x = open(path)\n    return x", "Load orders."),
        ("def mean(xs):\n    s = sum(xs)\n    return s / len(xs)", "Return the mean of `xs`."),
        ("def pairs(xs):\n    for x in xs:\n        yield x, x", "Yield the pairs."),
        ("def __len__(self):\n    return 1", "Return the number of items."),
        ("def cleaned(x):\n    x = str(x)\n    return x", "Return the cleaned `x`."),
    ],
)
def test_sentence_says_what_a_definition_does(text, sentence):
    assert sentence_about(ast.parse(text).body[0]) == sentence


@pytest.mark.parametrize(
    ("text", "verdict"),
    [("Count words", True), ("Returns the sum", False), ("Sales of May", True),
     ("Counting words", False), ("Tries it", False), ("longest word", True)],
)  # fmt: skip
def test_verb_in_another_form_is_no_summary(text, verdict):
    assert is_imperative(text) is verdict


def test_docstring_with_a_backslash_is_raw():
    made = quote_docstring("Split at `\\s`.")
    assert made.startswith('r"""')
    assert ast.literal_eval(made) == "Split at `\\s`."


def test_docstring_may_end_with_a_quote():
    assert ast.literal_eval(quote_docstring('Say "yes"')).strip() == 'Say "yes"'
