import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from example_scripts import cells_of
from replay_examples import prove


def test_script_is_divided_at_its_marks():
    script = '"""Title."""\n\nx = 1\n\n# %%\n# A note\ny = x\n\nz = y\n# %%\n# only a note\n'
    assert cells_of(script) == ['"""Title."""\n\nx = 1', "# %%\n# A note\ny = x\n\nz = y"]


def test_script_without_marks_is_divided_at_blank_lines_between_statements():
    script = "x = 1\ny = 2\n\n# a note\n@dec\n\ndef f():\n    a = 1\n\n    return a\n\nf()\n"
    assert cells_of(script) == [
        "x = 1\ny = 2",
        "# a note\n@dec\n\ndef f():\n    a = 1\n\n    return a",
        "f()",
    ]


def test_session_is_proven_from_end_to_end():
    proof = prove(["import uuid", "rows = [1]", "rows.append(2)", "tag = uuid.uuid4().hex", "oops"])
    assert (proof.cells, proof.failed, proof.variables) == (5, 1, 2)
    assert (proof.deterministic, proof.reproduced, proof.problem) == (1, 1, "")


def test_value_that_the_module_cannot_make_is_a_problem():
    cells = ["import sys", "shell = int('IPython' in sys.modules)"]
    proof = prove(cells)
    assert (proof.deterministic, proof.reproduced) == (1, 0)
    assert proof.problem.startswith("shell:")
