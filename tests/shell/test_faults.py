"""Sessions that go wrong on purpose: the cells run as they would without ipyprod."""

import builtins
import gc
import os
import sys
import threading

import pytest

# Each method of the user's that runs is counted in `calls`.
EVIL = """
calls = []
class Evil:
    def _told(name):
        def method(self, *arguments):
            calls.append(name)
            raise ValueError(name)
        return method
    for _name in ('eq', 'hash', 'repr', 'str', 'reduce', 'reduce_ex', 'len', 'bool', 'iter', 'getstate',
                  'sizeof', 'dir', 'format', 'index', 'contains', 'getitem', 'call', 'int', 'float',
                  'array', 'dataframe', 'fspath', 'copy', 'deepcopy', 'next', 'enter', 'lt'):
        locals()[f'__{_name}__'] = _told(_name)
    def __getattr__(self, name):
        calls.append(name)
        raise RuntimeError(name)
    @property
    def __class__(self):
        calls.append('class')
        raise RuntimeError('class')
e = Evil()
"""
NOSY = """
calls = []
class NosyDict(dict):
    def __iter__(self): calls.append('iter'); return super().__iter__()
    def keys(self): calls.append('keys'); return super().keys()
    def items(self): calls.append('items'); return super().items()
    def __getitem__(self, key): calls.append('getitem'); return super().__getitem__(key)
    def __len__(self): calls.append('len'); return super().__len__()
class NosyList(list):
    def __iter__(self): calls.append('iter'); return super().__iter__()
    def __getitem__(self, key): calls.append('getitem'); return super().__getitem__(key)
    def __len__(self): calls.append('len'); return super().__len__()
d, l = NosyDict(a=1), NosyList([1])
"""
DEEP = "x = []\nfor _ in range(100_000):\n    x = [x]"


@pytest.fixture(autouse=True)
def _process_as_it_was(monkeypatch):
    for name in ("open", "sorted", "len", "print", "isinstance"):
        monkeypatch.setattr(builtins, name, getattr(builtins, name))
    limit, tracing, profiling = sys.getrecursionlimit(), sys.gettrace(), sys.getprofile()
    yield
    sys.setrecursionlimit(limit)
    sys.settrace(tracing)
    sys.setprofile(profiling)
    gc.enable()


def is_quiet(capsys):
    captured = capsys.readouterr()
    return captured.out + captured.err == ""


@pytest.mark.parametrize(
    "cells",
    [
        [EVIL, "kept = [e]", "kept.append(1)", "pair = (e, {'a': e})"],
        [NOSY, "d['b'] = 2", "l.append(2)", "both = [d, l]"],
        [DEEP, "y = [x]", "y.append(x)"],
        ["a = []; a.append(a)", "d = {'d': a}; a.append(d)", "a.append(1)"],
        ["x = 10 ** 200_000", "y = [x]", "y.append(x)"],
        ["import sys\nsys.setrecursionlimit(120)", "y = [1]", "y.append(2)"],
        ["import builtins\nbuiltins.open = None", "y = [1]", "y.append(2)"],
        [
            "import sys\nsys.settrace(lambda *a: None)",
            "y = [1]",
            "y.append(2)",
            "sys.settrace(None)",
        ],
        ["import sys\nsys.setprofile(lambda *a: None)", "y = [1]", "y.append(2)"],
        ["import warnings; warnings.simplefilter('error')", "y = iter([1])", "next(y)\ny2 = [y]"],
        [
            "import os\npid = os.fork()\nif not pid:\n    os._exit(0)",
            "status = os.waitpid(pid, 0)",
        ],
        ["import io\nf = io.StringIO(); f.close()", "held = [f]", "held.append(1)"],
        ["m = memoryview(bytearray(3)); m.release()", "held = [m]", "held.append(1)"],
        ["globals()[3] = 4; globals()['no name'] = 5", "y = [1]", "y.append(2)"],
        ["import weakref\nclass A: pass\na = A(); p = weakref.proxy(a)\ndel a", "held = [p]"],
        ["y = '" + "a" * 1_000_000 + "'", "z = len(y)"],
        ["\n".join(f"v{n} = {n}" for n in range(2_000)), "s = v1 + v2"],
    ],
    ids=lambda cells: cells[0].strip()[:25],
)
def test_watching_an_odd_value_runs_and_shows_nothing(console, capsys, cells):
    results = [console.run(cell) for cell in cells]

    assert all(result.success for result in results)
    assert is_quiet(capsys)
    assert console.session.incomplete_from is None
    assert [cell.text for cell in console.cells] == cells
    assert console.shell.user_ns.get("calls", []) == []


@pytest.mark.parametrize("setting", [EVIL + "kept = [e]", NOSY + "kept = [d, l]"])
@pytest.mark.parametrize(
    "line", ["%ipyprod", "%ipyprod why kept", "%promote f 2 -n --no-check", "%ipyprod check"]
)
def test_no_magic_runs_a_method_of_the_users(console, setting, line):
    console.run(setting, "kept.append(1)")
    result = console.run(line)

    assert result.success
    assert console.shell.user_ns["calls"] == []


@pytest.fixture
def shallow():
    # where another test left the limit high, a traceback of endless recursion takes minutes
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1500)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("raise KeyboardInterrupt", "interrupted"),
        ("import sys; sys.exit(3)", "failed"),
        ("raise MemoryError('none left')", "failed"),
        ("raise GeneratorExit", "failed"),
        ("def f(): return f()\nf()", "failed"),
        ("class Own(BaseException): pass\nraise Own", "failed"),
        ("raise ExceptionGroup('two', [ValueError()])", "failed"),
        ("import asyncio\nraise asyncio.CancelledError", "interrupted"),
    ],
)
@pytest.mark.filterwarnings("ignore:To exit:UserWarning")
def test_session_goes_on_after_any_exception(console, text, outcome, shallow):
    console.run(text, "x = [1]", "x.append(2)")

    assert [cell.outcome.value for cell in console.cells] == [outcome, "ok", "ok"]
    assert console.last.observation.changed == {"x"}
    assert console.session.incomplete_from is None


def test_dict_that_a_thread_changes_is_looked_at_without_harm(console, capsys):
    console.run("d, stop = {}, []")
    space = console.shell.user_ns

    def work():
        count = 0
        while not space["stop"]:
            count += 1
            space["d"][count % 500] = [count]
            space["d"].pop(count * 7 % 500, None)

    thread = threading.Thread(target=work)
    thread.start()
    results = [console.run(text) for text in ("held = [d]", "held.append(1)", "d['a'] = 1")]
    space["stop"].append(1)
    thread.join()

    assert all(result.success for result in results)
    assert is_quiet(capsys)
    assert console.session.incomplete_from is None


def test_working_directory_that_is_gone_is_one_line(console, capsys, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    console.run("import os", f"os.chdir({str(gone)!r}); os.rmdir({str(gone)!r})", "x = [1]")
    capsys.readouterr()
    for line in ("%promote f 3", "%session_to_module", "%freeze_env", "%ipyprod check"):
        result = console.run(line)
        shown = capsys.readouterr().out.splitlines()
        assert shown == [str(result.error_in_exec)]
        assert "working directory does not exist any more" in shown[0]
    os.chdir(tmp_path)

    assert console.run("%ipyprod").success


def test_emptied_table_of_modules_does_not_part_the_record(console, monkeypatch):
    console.run("x = [1]")
    for name in [name for name in sys.modules if name.split(".")[0] == "ipyprod"]:
        monkeypatch.delitem(sys.modules, name)
    result = console.run("%ipyprod")

    assert result.result.cells[0].cell.outcome.value == "ok"
    assert "x" in result.result.cells[0].made
    assert " ok, made x" in console.shell.display_formatter.format(result.result)[0]["text/plain"]


def test_lazy_module_is_not_woken(console, capsys, monkeypatch):
    class Lazy:
        def __getattr__(self, name):
            print("woken for", name)
            raise RuntimeError(name)

    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "lazy", Lazy())
        patch.setitem(sys.modules, "none", None)
        patch.setitem(sys.modules, "lazier", None)
        console.run("import sys; sys.modules['lazier'] = sys.modules['lazy']", "x = [1]")

    assert is_quiet(capsys)


@pytest.mark.parametrize(
    "cells",
    [
        ["x = [1]", "x", "%reset -f", "y = [2]", "y.append(3)"],
        ["x = [1]", "x", "%reset -f in out", "y = [2]", "y.append(3)"],
        ["x = [1]", "%xdel x", "y = [2]", "y.append(3)"],
        ["x = [1]", "del In, Out", "y = [2]", "y", "y.append(3)"],
        ["In = Out = 3", "y = [2]", "y.append(3)"],
        ["_ = 5", "y = [_]", "y[0] = 2; y.append(3)"],
        ["_ = 5", "for _ in range(3): pass", "y = [_]", "y.append(3)"],
        ["__name__ = 'other'; __doc__ = 3", "y = [2]", "y.append(3)"],
    ],
    ids=lambda cells: cells[-3],
)
def test_module_gives_the_values_after_the_console_lost_its_own(console, tmp_path, cells):
    console.run(*cells)
    result = console.run("build = %session_to_module made.py --targets y")
    build = console.shell.user_ns["build"]

    assert result.success
    assert build.report.is_proven
    assert "y.append(3)" in (tmp_path / "made.py").read_text()


def test_magics_answer_where_standard_output_is_replaced(console, tmp_path):
    console.run("import sys, io", "kept, sys.stdout = sys.stdout, io.StringIO()", "x = [1]")
    result = console.run("%promote f 3 --to made.py")
    shown = sys.stdout.getvalue()
    console.run("sys.stdout = kept")

    assert result.success
    assert "wrote f to made.py" in shown
    assert (tmp_path / "made.py").is_file()


def make_folders(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "inner.txt").write_text("7")
    (tmp_path / "outer.txt").write_text("8")


@pytest.mark.parametrize(
    "line",
    [
        "%session_to_module made.py --check",
        "%ipyprod check",
        "%promote f 4-5 --to made.py --check",
        "%promote f 5 --to made.py --check",
        "%promote f --from z --to made.py --check",
    ],
)
def test_check_runs_where_the_cells_ran(console, tmp_path, line):
    make_folders(tmp_path)
    console.run(
        "from pathlib import Path",
        "x = Path('outer.txt').read_text()",
        "%cd sub",
        "y = Path('inner.txt').read_text()",
        "z = x + y",
    )
    result = console.run(f"kept = {line}")
    kept = console.shell.user_ns["kept"]

    assert result.success
    assert getattr(kept, "report", kept).is_proven


def test_module_made_elsewhere_says_where_its_paths_start(console, capsys, tmp_path):
    make_folders(tmp_path)
    console.run(
        "from pathlib import Path",
        "x = Path('outer.txt').read_text()",
        "%cd sub",
        "%session_to_module made.py",
    )

    assert f"note: its relative paths start from {tmp_path}" in capsys.readouterr().out
