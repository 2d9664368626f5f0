"""Cells that break the process they run in: they end as they would without ipyprod."""

import builtins
import copyreg
import gc
import json
import os
import pickle
import resource
import signal
import sys
import threading
import time
import weakref

import pytest
from IPython.core.interactiveshell import InteractiveShell

PATCHED = [
    (builtins, "print open"),
    (time, "time perf_counter thread_time monotonic process_time sleep"),
    (gc, "collect enable disable isenabled get_referents"),
    (os, "getcwd fspath stat"),
    (json, "dumps loads"),
    (pickle, "Pickler dumps"),
    (threading, "get_ident current_thread"),
    (weakref, "ref ReferenceType"),
]
COUNTING = """
import {module}
calls = []
kept = dict(vars({module}))
def counted(name):
    def call(*arguments, **named):
        calls.append(name)
        return kept[name](*arguments, **named)
    return call
for name in {names}: setattr({module}, name, counted(name))
"""


@pytest.fixture(autouse=True)
def _process_as_it_was():
    kept = [(module, dict(vars(module))) for module, _ in PATCHED]
    table, limit, interval = (
        dict(copyreg.dispatch_table),
        sys.getrecursionlimit(),
        sys.getswitchinterval(),
    )
    files = resource.getrlimit(resource.RLIMIT_NOFILE)
    handlers = {one: signal.getsignal(one) for one in (signal.SIGALRM, signal.SIGINT)}
    yield
    sys.setprofile(None)
    sys.settrace(None)
    for module, members in kept:
        for name, value in members.items():
            if vars(module).get(name) is not value:
                setattr(module, name, value)
    copyreg.dispatch_table.clear()
    copyreg.dispatch_table.update(table)
    sys.setrecursionlimit(limit)
    sys.setswitchinterval(interval)
    resource.setrlimit(resource.RLIMIT_NOFILE, files)
    signal.setitimer(signal.ITIMER_REAL, 0)
    for one, handler in handlers.items():
        signal.signal(one, handler)
    gc.enable()


def told(capsys):
    captured = capsys.readouterr()
    return captured.out + captured.err


@pytest.mark.parametrize(("module", "names"), PATCHED, ids=lambda one: getattr(one, "__name__", ""))
def test_watching_calls_no_function_that_a_cell_replaced(console, module, names):
    made = COUNTING.format(module=module.__name__, names=names.split())
    events, own = console.shell.events, []

    def watched(callback):
        def call(*arguments):
            before = len(console.shell.user_ns.get("calls", ()))
            callback(*arguments)
            own.extend(console.shell.user_ns.get("calls", ())[before:])

        return call

    for name in ("pre_run_cell", "post_run_cell"):
        events.callbacks[name] = [watched(one) for one in events.callbacks[name]]
    console.run("x = [1]; y = {'k': x}", made, "x.append(2)", "y['l'] = {3}")

    assert own == []
    assert console.last.observation.changed == {"y"}


BREAKING = {
    "dispatch table": "import copyreg\ncopyreg.dispatch_table.update({list: None, dict: None, int: None})",
    "no module": "import sys\nfor m in ('json', 'numpy', 'random', 'decimal'): sys.modules[m] = None",
    "few frames": "import sys\nsys.setrecursionlimit(90)",
    "no collector": "import gc\ngc.disable()",
    "debugged collector": "import gc\ngc.freeze()",
    "switches": "import sys\nsys.setswitchinterval(1e-6)",
    "few files": "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (3, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))",
    "bad environment": "import os\nos.environ = {}",
    "bad path": "import sys\nkept_path = sys.path\nsys.path = None",
    "bad warnings": "import warnings\nkept_filters = warnings.filters\nwarnings.filters = None",
    "bad displayhook": "import sys\nsys.last_value = 3",
    "no hash": "x.append(b'')\nx.append(x)",
}


@pytest.mark.parametrize("cell", BREAKING.values(), ids=BREAKING)
def test_cells_go_on_in_a_broken_process(console, capsys, monkeypatch, cell):
    for name in ("json", "numpy", "random", "decimal"):
        monkeypatch.setitem(sys.modules, name, sys.modules.get(name))
    console.run("x = [1]")
    results = [console.run(text) for text in (cell, "x.append(2)", "y = x")]
    for text in ("sys.path = kept_path", "warnings.filters = kept_filters"):
        if text.split()[-1] in console.shell.user_ns:
            console.run(text)

    assert [result.success for result in results] == [True] * 3
    assert "Traceback" not in told(capsys)
    assert "y" in console.shell.user_ns
    texts = [one.text for one in console.cells]
    assert texts[:4] == ["x = [1]", cell, "x.append(2)", "y = x"]
    seen = console.cells[2].observation
    assert "x" in seen.changed | seen.unknown or not seen.is_complete


INTERRUPTED_AT = [
    "_begin",
    "before",
    "_before",
    "after",
    "_after",
    "_digest",
    "_observe",
    "_walk",
    "take",
]


@pytest.mark.parametrize("place", INTERRUPTED_AT)
@pytest.mark.parametrize(
    "error", ["KeyboardInterrupt", "MemoryError", "RecursionError", "TimeoutError"]
)
def test_an_error_while_ipyprod_works_does_not_touch_the_cell(console, capsys, place, error):
    """A signal, or too little memory, while a callback runs."""
    inject = f"""
import sys
def inject(frame, event, argument):
    if event == 'call' and frame.f_code.co_name == {place!r} and 'ipyprod' in frame.f_code.co_filename:
        hits.append(1)
        sys.setprofile(None)
        raise {error}('injected')
hits = []
"""
    console.run(inject, "class A: pass", "x = [A()]; x[0].y = [A()]")
    console.run("sys.setprofile(inject); x.append(2)")
    sys.setprofile(None)
    result = console.run("x.append(3); z = len(x)", "x.append(4)")

    assert result.success
    assert console.shell.user_ns["z"] == 3
    assert "Traceback" not in told(capsys)
    assert gc.isenabled()
    injected = console.cells[3].text
    assert injected == "sys.setprofile(inject); x.append(2)"
    assert [one.outcome.value for one in console.cells] == ["ok"] * 6
    seen = console.cells[3].observation
    assert "x" in seen.changed | seen.unknown or not seen.is_complete
    assert console.last.observation.changed == {"x"}


def test_alarm_of_a_cell_may_ring_at_any_time(console, capsys):
    console.run(
        "import signal, time\nrung = []",
        "def ring(*_):\n    rung.append(1)\n    raise TimeoutError('rung')",
        "signal.signal(signal.SIGALRM, ring); many = [[i] for i in range(3_000)]",
    )
    rung = console.shell.user_ns["rung"]
    for n in range(30):
        deadline = time.monotonic() + 5
        try:
            console.run(
                f"signal.setitimer(signal.ITIMER_REAL, {0.0002 + n / 10_000}); many.append({n})"
            )
            while len(rung) <= n and time.monotonic() < deadline:
                time.sleep(0.001)
        except TimeoutError:
            continue  # it rang in this test, or in the console's own steps
    count = len(console.cells)
    result = console.run("signal.setitimer(signal.ITIMER_REAL, 0); n = len(many)")

    assert result.success
    assert count == 33


def test_audit_hook_that_raises_is_the_users_affair(console, capsys):
    is_on = []
    harmless = ("exec", "compile", "import", "open", "sys._getframe", "object.__getattr__")

    def hook(event, _arguments):
        # IPython itself compiles and executes: these would fail without ipyprod too
        if not is_on or event.startswith(harmless):
            return
        if sys._getframe().f_back.f_globals["__name__"].startswith("ipyprod"):
            raise RuntimeError(event)

    sys.addaudithook(hook)
    console.run("x = [[1], {2: [3]}]; f = lambda y=x: y", "class A: pass\na = A(); a.x = x")
    is_on.append(1)
    results = [console.run(text) for text in ("x.append(1)", "a.x.append(2)", "f().append(3)")]
    is_on.clear()

    assert all(result.success for result in results)
    assert "Traceback" not in told(capsys)
    for cell in console.cells[2:]:
        seen = cell.observation
        assert "x" in seen.changed | seen.unknown or not seen.is_complete


@pytest.mark.filterwarnings("ignore")
def test_error_that_cannot_be_told_is_recorded(console):
    console.run(
        "class Bad(Exception):\n"
        "    def __str__(self): raise ValueError('no text')\n"
        "    def __repr__(self): raise ValueError('no text')",
        "x = [1]",
        "x.append(2); raise Bad",
        "y = x",
    )

    assert [one.outcome.value for one in console.cells] == ["ok", "ok", "failed", "ok"]
    assert console.cells[2].observation.changed == {"x"}


@pytest.mark.parametrize(
    "fail",
    ["raise ValueError", "1 / 0", "import missing_module_of_mine", "raise KeyboardInterrupt"],
)
def test_value_goes_after_a_failed_cell(console, fail):
    console.run("import gc, weakref, sys\nclass Big: pass\ngone = []")
    console.run(f"big = Big(); weakref.finalize(big, gone.append, 1); held = [big]; {fail}")
    console.run("big.x = [1]", f"held.append(big); {fail}")
    for name in ("last_value", "last_type", "last_traceback", "last_exc"):
        if hasattr(sys, name):
            delattr(sys, name)  # these are the shell's own
    console.run("del big, held; gc.collect(); n = 1")

    assert console.shell.user_ns["gone"] == [1]


def test_value_goes_that_could_not_be_looked_at(console):
    console.run("import gc, weakref\nclass Big: pass\ngone = []")
    console.run("big = Big(); big.rows = [{'k': [i]} for i in range(200_000)]")
    console.run("weakref.finalize(big, gone.append, 1); big.rows[0]['k'].append(1)")
    console.run(
        "big.gen = iter(big.rows); big.reader = __import__('csv').reader(['a'])", "big.x = 1"
    )
    assert "big" in console.last.observation.unknown
    console.run("del big; gc.collect(); n = 1")

    assert console.shell.user_ns["gone"] == [1]


class Shell(InteractiveShell):
    def run_cell(self, *arguments, **named):
        return super().run_cell(*arguments, **named)

    def run_code(self, *arguments, **named):
        return super().run_code(*arguments, **named)


def test_shell_of_a_subclass_is_watched(make_console):
    console = make_console()
    console.shell.__class__ = Shell
    console.load()
    console.run("x = [1]", "x.append(2)")

    assert console.last.observation.changed == {"x"}


def test_large_output_is_not_kept(console, capsys):
    console.run("print('x' * 5_000_000)", "'y' * 5_000_000", "z = [1]")
    capsys.readouterr()

    assert sum(len(repr(cell)) for cell in console.cells) < 10_000
