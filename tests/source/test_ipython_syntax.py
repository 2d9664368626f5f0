import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from ipyprod.session.cell import Cell, Observation, Outcome, Session
from ipyprod.source.parsing import parse_session
from ipyprod.source.statements import OmissionKind

RUN = "subprocess.run({}, shell=True, check=False)"
CAPTURE = (
    "subprocess.run({}, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,"
    ' encoding="utf-8", errors="replace", check=False).stdout.splitlines()'
)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("%time x = f(1)", ["x = f(1)"]),
        ("%time x = f(1)  # slow", ["x = f(1)  # slow"]),
        ("%time a = 1; b = 2", ["a = 1", "b = 2"]),
        ("x = %time f(1)", ["x = f(1)"]),
        ("x = %time y = f(1)", ["y = f(1)", "x = None"]),
        ("%%time\na = 1\n# why\nb = 2", ["a = 1", "b = 2"]),
        ("%%capture --no-stderr\n%%time\na = 1", ["a = 1"]),
        ("%prun -q -s cumulative f(x)", ["f(x)"]),
        ("%%prun -q\na = 1\nf(a)", ["a = 1", "f(a)"]),
        ("%memit -r 1 a = f()", ["a = f()"]),
        ("%lprun -f f f(x)", ["f(x)"]),
        ("%%promote clean\ny = f(x)", ["y = f(x)"]),
        ("/f x y", ["f(x, y)"]),
        (",f a b", ['f("a", "b")']),
        ("%aimport json", ["import json"]),
        ("%xdel x", ["del x"]),
        ("x;", ["x"]),
    ],
)
def test_code_that_a_magic_runs_is_code(texts, typed, expected):
    assert texts(typed) == expected


@pytest.mark.parametrize(
    "typed",
    """\
%matplotlib inline
%config InlineBackend.figure_format = 'svg'
%load_ext autoreload
%autoreload 2
%precision 3
%colors linux
%xmode Plain
%pdb on
%who
%whos
%ls
%pwd
%history -n
%env
%env HOME
%store x
%logstart
%alias x ls
%gui qt
%dhist
%load_ext ipyprod
%promote f
%session_to_module
%freeze_env
%ipyprod
%%html\\n<b>
%%javascript\\nx
%%markdown\\n# a
%%latex\\na
%%svg\\n<svg/>
!ls -l | head
!head -3 data.csv
!nvidia-smi
!git status
%%bash\\nls\\nwc -l x
exit
quit()
!pip list
!cat a 2>&1
%load x.py
%save a 1-3
%%script false --no-raise-error\\nx = 1
%macro m 1
""".splitlines(),
)
def test_looks_and_set_up_are_dropped(texts, omitted, typed):
    typed = typed.replace("\\n", "\n")
    assert texts(typed) == []
    assert omitted(typed) == [OmissionKind.DISPLAY]


def test_a_look_that_writes_a_file_is_kept(texts):
    assert texts("!ls > files.txt")[-1] == RUN.format('"ls > files.txt"')


@pytest.mark.parametrize("typed", ["?x", "x?", "x.y??", "?", "%time?", "*load*?"])
def test_questions_are_dropped(omitted, typed):
    assert omitted(typed) == [OmissionKind.HELP]


@pytest.mark.parametrize(
    "typed", ["%timeit -n 10 -r3 f(x)", "%%timeit a = 1\nf(a)", "%timeit f(x) # slow"]
)
def test_timed_code_is_dropped(texts, omitted, typed):
    assert texts(typed) == []
    assert omitted(typed) == [OmissionKind.TIMING]


def test_timed_code_that_was_seen_to_change_a_value_is_refused(parse, cell):
    (omission,) = parse(
        cell(1, "%timeit x.append(1)", seen={"changed": frozenset({"x"})})
    ).omissions
    assert omission.kind is OmissionKind.REFUSED
    assert omission.names.may_change == {"x"}


@pytest.mark.parametrize(
    ("typed", "requirement"),
    [
        ("%pip install -q 'scikit-learn>=1.5' pandas", "scikit-learn>=1.5 pandas"),
        ("!pip install --index-url https://x.org/simple pandas==2", "pandas==2"),
        ("!{sys.executable} -m pip install numpy", "numpy"),
        ("!python -m pip install -r requirements.txt", "-r requirements.txt"),
        ("%conda install -c conda-forge numpy", "numpy"),
        ("%uv pip install numpy", "numpy"),
        ("!pip install a && pip install b", "a b"),
        ("!apt-get install -y graphviz", ""),
        ("%%bash\npip install a\n# then\npip install b", "a b"),
    ],
)
def test_installs_belong_to_the_environment(parse, typed, requirement):
    (omission,) = parse(typed).omissions
    assert (omission.kind, omission.requirement) == (OmissionKind.INSTALL, requirement)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("!touch a", RUN.format('"touch a"')),
        ("!touch {name}.txt", RUN.format('f"touch {name}.txt"')),
        ("!touch $name", RUN.format('f"touch {name}"')),
        ("!touch $other {name}", RUN.format('"touch $other {name}"')),
        ("!awk '{print $1}' a > b", RUN.format("\"awk '{print $1}' a > b\"")),
        (
            "!rm a{b,c}",
            'subprocess.run("rm a{b,c}", shell=True, executable="/bin/bash", check=False)',
        ),
        ("x = !ls *.csv", f"x = {CAPTURE.format(chr(34) + 'ls *.csv' + chr(34))}"),
        ("!!ls", CAPTURE.format('"ls"')),
        ("%sx ls", CAPTURE.format('"ls"')),
        ("%cp a b", RUN.format('"cp a b"')),
        ("%cd ..", 'os.chdir("..")'),
        ("%cd ~/data", 'os.chdir(os.path.expanduser("~/data"))'),
        ("%cd -q 'a b'", 'os.chdir("a b")'),
        ("%cd", 'os.chdir(os.path.expanduser("~"))'),
        ("%cd {name}", 'os.chdir(f"{name}")'),
        ("%env A=1", 'os.environ["A"] = "1"'),
        ("%set_env A  two words ", 'os.environ["A"] = "two words"'),
        ("%env A=$name", 'os.environ["A"] = f"{name}".strip()'),
        ("x = %env HOME", 'x = os.environ["HOME"]'),
        ("x = %pwd", "x = os.getcwd()"),
        (
            "%%writefile a.py\nx = 1\n",
            'pathlib.Path("a.py").write_text("x = 1\\n", encoding="utf-8")',
        ),
        (
            "%%bash\ntouch a",
            'subprocess.run(["bash"], input="touch a\\n", encoding="utf-8", check=True)',
        ),
        (
            "%%python --out x\nprint(1)",
            'x = subprocess.run(["python"], input="print(1)\\n", stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout',
        ),
    ],
)
def test_console_commands_become_python(texts, typed, expected):
    *_, made = texts("name = 'n'", typed)
    assert made == expected


def test_imports_of_a_translation_stand_before_it(parse):
    first, second = parse("!touch a").statements
    assert (first.text, first.made_names) == ("import subprocess", {"subprocess"})
    assert second.made_names == frozenset()


def test_import_of_a_translation_takes_no_name_of_the_session(texts):
    assert texts("os = 3", "%cd ..")[1:] == ["import os as os_module", 'os_module.chdir("..")']


def test_appending_to_a_file(texts):
    *_, made = texts('%%writefile -a "my file.txt"\na\nb')
    assert made == (
        'with pathlib.Path("my file.txt").open("a", encoding="utf-8") as stream:\n'
        '    stream.write(\n        "a\\n"\n        "b\\n")'
    )


def test_pylab_becomes_its_imports(texts):
    assert texts("%pylab inline") == [
        "import numpy",
        "import matplotlib",
        "from matplotlib import mlab, pylab, pyplot",
        "import numpy as np",
        "import matplotlib.pyplot as plt",
        "from matplotlib.pylab import *",
        "from numpy import *",
    ]


@pytest.mark.parametrize(
    ("typed", "bound"),
    [
        ("%%R\nx <- 1", ()),
        ("%%cython\ndef f(): pass", ()),
        ("%%sql\nselect 1", ()),
        ("x = %sql select 1", ("x",)),
        ("%nonsense", ()),
        ("%cd -", ()),
        ("%store -r x", ("x",)),
        ("%run script.py", ()),
        ("%rerun 3", ()),
        ("x = %timeit -o f()", ("x",)),
        ("%timeit -v x f()", ("x",)),
        ("%%bash --bg --out x\nsleep 1", ("x",)),
        ("get_ipython().user_ns['x'] = 1", ()),
        ("x = get_ipython().user_ns", ("x",)),
        ("if 'colab' in str(get_ipython()):\n    x = 1", ()),
        ("get_ipython().system(command)", ()),
        ("%env A b=c", ()),
    ],
)
def test_what_has_no_python_is_refused_with_a_hint(parse, typed, bound):
    (omission,) = parse(typed).omissions
    assert omission.kind is OmissionKind.REFUSED
    assert omission.hint
    assert set(bound) <= omission.names.binds


def test_refused_line_keeps_the_rest_of_its_cell(parse):
    parsed = parse("a = 1\n%nonsense x\nb = 2")
    assert [s.text for s in parsed.statements] == ["a = 1", "b = 2"]
    assert [(o.line, o.text) for o in parsed.omissions] == [(2, "%nonsense x")]


def test_captured_name_is_refused_and_the_body_runs(parse):
    parsed = parse("%%capture out\nx = 1")
    assert [s.text for s in parsed.statements] == ["x = 1"]
    assert [o.names.binds for o in parsed.omissions] == [{"out"}]


def test_captured_code_may_have_failed_unseen(parse):
    assert parse("%%capture\nx = 1").statements[0].finish.name == "UNKNOWN"


def test_captured_code_whose_names_were_seen_bound_is_done(parse, cell):
    seen = {"is_complete": True, "bound": frozenset({"x"})}
    assert parse(cell(1, "%%capture\nx = 1", seen=seen)).statements[0].finish.name == "DONE"


def test_reset_deletes_what_was_seen_deleted(texts, cell):
    assert texts(cell(1, "%reset -f", seen={"deleted": frozenset({"b", "a"})})) == ["del a, b"]


def test_folder_that_did_not_change_is_no_change(omitted, cell):
    assert omitted(cell(1, "%cd nowhere", seen={"is_complete": True})) == [OmissionKind.DISPLAY]


def test_replayed_code_stands_for_its_line(texts, cell):
    assert texts(cell(1, "a = 1\n%rerun 3\nb = 2", replayed="x = 1\n%time y = 2")) == [
        "a = 1",
        "x = 1",
        "y = 2",
        "b = 2",
    ]


def test_code_replayed_by_one_of_several_lines_is_refused(omitted, cell):
    assert omitted(cell(1, "%rerun 1\n%rerun 2", replayed="x = 1")) == [OmissionKind.REFUSED] * 2


def test_file_that_reads_its_command_line_is_refused(omitted, cell):
    replayed = "import sys\nx = sys.argv[1]"
    assert omitted(cell(1, "%run a.py 3", replayed=replayed)) == [OmissionKind.REFUSED]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("for i in x:\n    %time f(i)\n    y = i", "for i in x:\n    f(i)\n    y = i"),
        ("for i in x:\n    %timeit f(i)\n    y = i", "for i in x:\n    y = i"),
        ("if x:\n    %matplotlib inline", "if x:\n    pass"),
        ("if x:\n    %time a = 1; b = 2", "if x:\n    a = 1\n    b = 2"),
        ("if x: get_ipython().system('ls')", "if x: pass"),
        (
            "for i in x:\n    # é\n    é = %time f(i)  # c",
            "for i in x:\n    # é\n    é = f(i)  # c",
        ),
        ("def f(p):\n    x = 'é'; %time x", None),
    ],
)
def test_console_lines_inside_a_block_are_translated_in_place(texts, typed, expected):
    if expected is None:
        assert "get_ipython" not in "".join(texts(typed))
    else:
        assert texts(typed) == [expected]


def test_command_inside_a_function_fills_in_its_variables(texts):
    *_, made = texts("def f(p):\n    !touch {p} {q}\n    !touch {p}")
    assert '"touch {p} {q}", shell' in made
    assert 'f"touch {p}", shell' in made


def test_name_of_the_console_is_followed(texts, omitted):
    cells = [
        "from IPython import get_ipython",
        "ip = get_ipython()",
        "ip.run_line_magic('time', 'x = 1')",
    ]
    assert texts(*cells) == ["x = 1"]
    assert set(omitted(*cells)) == {OmissionKind.DISPLAY}


def test_console_reached_through_its_module_is_followed(texts):
    cells = ["import IPython", "IPython.get_ipython().magic('time x = 1')"]
    assert texts(*cells) == ["x = 1"]


def test_display_is_a_look(texts):
    assert texts("display(df)", "display(a, b)", "display(\n    df\n    .head()\n)") == [
        "df",
        "(a, b)",
        "(df\n    .head())",
    ]


def test_display_inside_a_block_prints(texts):
    assert texts("for c in x:\n    display(c)") == ["for c in x:\n    print(c)"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["from IPython.display import display, HTML", "display(HTML(df.to_html()))"],
         ["df.to_html()"]),
        (["from IPython.display import display as show", "show(df)"], ["df"]),
        (["import IPython.display as d", "d.display(d.Markdown(f(x)))"], ["f(x)"]),
        (["import IPython", "IPython.display.display(df)"], ["df"]),
        (["import IPython.display", "IPython.display.clear_output()"], []),
        (["from IPython.display import clear_output", "clear_output(wait=True)"], []),
        (["from IPython.display import HTML", "HTML('<b>bold</b>')"], []),
        (["from IPython.display import Image", "Image(draw(x))"], ["draw(x)"]),
        (["from IPython.display import clear_output", "for i in x:\n    clear_output()\n    f(i)"],
         ["for i in x:\n    pass\n    f(i)"]),
        (["from IPython.display import display, HTML", "def show(x):\n    display(HTML(x))"],
         ["def show(x):\n    print(x)"]),
        (["from IPython.core.interactiveshell import InteractiveShell",
          "InteractiveShell.ast_node_interactivity = 'all'"], []),
        (["import os, IPython", "x = os.getcwd()"], ["import os", "x = os.getcwd()"]),
        (["try:\n    from IPython.display import display\nexcept ImportError:\n    display = print",
          "display(df)"], ["df"]),
    ],
)  # fmt: skip
def test_library_of_the_console_never_reaches_a_module(texts, cells, expected):
    assert texts(*cells) == expected


@pytest.mark.parametrize(
    "cell",
    ["h = HTML('<b>')", "show = HTML", "x = [HTML(t) for t in texts]", "class Own(HTML): pass"],
)
def test_value_of_the_consoles_library_is_refused(parse, cell):
    parsed = parse("from IPython.display import HTML", cell)

    assert parsed.statements == ()
    assert parsed.omissions[-1].kind is OmissionKind.REFUSED


def test_name_bound_anew_is_no_longer_the_consoles(texts):
    cells = ["from IPython.display import HTML", "HTML = make", "h = HTML(x)"]

    assert texts(*cells) == ["HTML = make", "h = HTML(x)"]


def test_display_of_the_session_is_its_own(texts):
    assert texts("from lib import display", "display(x)")[-1] == "display(x)"


def test_magic_in_a_string_or_a_comment_is_text(texts):
    text = "s = '''\n%time x\n!ls\n'''  # %time"
    assert texts(text) == [text]


def test_prompts_pasted_with_the_code_are_gone(parse):
    statements = parse(">>> a = 1\n>>> b = 2").statements
    assert [(s.text, s.line) for s in statements] == [("a = 1", 1), ("b = 2", 2)]


_CONSOLE_LINES = st.sampled_from("""%time x = 1
%timeit -n1 x
!touch {x} $_ {_
y = !ls $x
%cd {x}
%env A={x}
for i in x:
    !ls {i}
    %time z = _
if x: pass
?x
x??
%%time
%%capture out
%%bash --out o
%%writefile -a 'f
%nonsense "
%sc -l v=ls
x = %env
display(x, _1)
ip = get_ipython()
ip.system('ls')
x = Out[2]; _ = 3
f"{Out[1]} {get_ipython()}"
def f(): return _
'''
# é
x = (
)
%rerun 1
get_ipython().run_line_magic('time', 'x')
if __name__ == '__main__':
    y.n
!pip install 'a
%run f.py
%pylab
\\f""".splitlines())


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.lists(_CONSOLE_LINES, min_size=1, max_size=4), max_size=4), st.sampled_from(Outcome)
)
def test_any_input_gives_plain_python_or_an_omission(cells, outcome):
    session = Session(
        cells=tuple(
            Cell(
                event=number - 1,
                number=number,
                text="\n".join(lines),
                python=_python("\n".join(lines)),
                outcome=outcome,
                failed_line=1,
                observation=Observation(has_result=True),
                replayed="x = 1\n%time x",
            )
            for number, lines in enumerate(cells, 1)
        )
    )
    parsed = parse_session(session, transform=TransformerManager().transform_cell)
    for statement in parsed.statements:
        assert ast.dump(statement.node) == ast.dump(ast.parse(statement.text).body[0])
        names = {node.id for node in ast.walk(statement.node) if isinstance(node, ast.Name)}
        assert "get_ipython" not in names


def _python(text):
    try:
        return TransformerManager().transform_cell(text)
    except SyntaxError:
        return ""
