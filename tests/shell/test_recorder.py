import gc
import sys
import threading
import weakref
from types import SimpleNamespace

import pytest
from IPython import version_info

from ipyprod.session.cell import Outcome


def outcomes(console):
    return [(cell.text, cell.outcome) for cell in console.cells]


def test_cell_is_recorded_with_its_number_text_and_python(console):
    console.run("x = 1", "%time y = x")

    first, second = console.cells
    assert (first.number, first.text, first.python, first.outcome) == (
        1,
        "x = 1",
        "x = 1\n",
        Outcome.OK,
    )
    assert second.python == "get_ipython().run_line_magic('time', 'y = x')\n"
    assert second.event > first.event


def test_cell_has_a_result_only_where_out_was_filled(console):
    console.run("1 + 1", "1 + 1;", "x = 1", "%time 2 + 2", "None")

    filled = [cell.observation.has_result for cell in console.cells]
    assert filled == [True, False, False, True, False]


def test_hidden_cell_is_not_recorded_but_its_names_are_noted(console):
    console.run("x = 1")
    console.hide("y = 2\nx = 3")

    assert [cell.text for cell in console.cells] == ["x = 1"]
    assert console.session.unrecorded == {"x", "y"}


def test_hidden_cell_that_only_looks_notes_nothing(console):
    console.run("x = [1]")
    console.hide("len(x)")

    assert console.session.unrecorded == frozenset()


def test_hidden_name_that_a_cell_binds_again_has_a_source_again(console):
    console.hide("y = 2")
    console.run("y = 3")

    assert console.session.unrecorded == frozenset()


def test_silent_cell_is_not_recorded(console):
    console.shell.run_cell("x = 1", silent=True)

    assert console.cells == ()


def test_rerun_keeps_the_code_that_ran(console):
    console.run("x = 1\nz = x", "%rerun 1")

    assert console.last.text == "%rerun 1"
    assert console.last.replayed == "x = 1\nz = x"
    assert len(console.cells) == 2


def test_failure_in_a_rerun_is_the_outer_cells_failure(console):
    console.run("1/0", "%rerun 1")

    assert console.last.outcome is Outcome.FAILED
    assert console.last.error_type == "ZeroDivisionError"


def test_statements_after_a_failed_rerun_are_not_taken_as_not_reached(console):
    console.run("1/0", "%rerun 1\nx = 1")

    assert console.last.outcome is Outcome.FAILED
    assert console.last.failed_line is None
    assert "x" in console.session.live


def test_macro_keeps_the_code_that_ran(console):
    console.run("x = 1", "%macro -q again 1", "again")

    assert console.last.text == "again"
    assert console.last.python == "again\n"
    assert console.last.replayed.strip() == "x = 1"


def test_capture_that_hides_a_failure_is_recorded_as_failed(console):
    console.run("%%capture\nx = 1\n1/0")

    assert console.last.outcome is Outcome.FAILED
    assert console.last.failed_line == 3
    assert console.last.replayed == ""
    assert len(console.cells) == 1


def test_run_file_is_read_as_it_was_when_it_ran(console, tmp_path):
    script = tmp_path / "made.py"
    script.write_text("a = 5\n")
    console.run("%run made.py")
    script.write_text("a = 6\n")

    assert console.last.replayed == "a = 5\n"


def test_run_file_that_fails_is_a_failed_cell(console, tmp_path):
    (tmp_path / "bad.py").write_text("1/0\n")
    console.run("%run bad.py")

    assert console.last.outcome is Outcome.FAILED
    assert console.last.error_type == "ZeroDivisionError"


def test_pasted_code_is_the_cell_and_the_paste_line_is_not(console):
    pasting = SimpleNamespace(text="p = 1\nq = p")

    def paste(_line):
        console.shell.run_cell(pasting.text, store_history=True)

    console.shell.register_magic_function(paste, magic_name="paste")
    console.run("%paste")

    assert [cell.text for cell in console.cells] == ["p = 1\nq = p"]
    console.run("after = 1")
    assert console.last.text == "after = 1"


def test_numbers_stay_right_after_a_line_magic_that_holds_paste(console):
    console.run("x = 1", "%time paste = 2", "y = 'third'")

    by_number = {cell.number: cell.text for cell in console.cells}
    assert by_number[console.last.number] == "y = 'third'"
    assert console.last.number == console.shell.execution_count - 1


def test_syntax_error_is_a_failed_cell_without_a_line(console):
    console.run("x = =")

    assert console.last.outcome is Outcome.FAILED
    assert console.last.error_type == "SyntaxError"
    assert console.last.failed_line is None


def test_late_syntax_error_names_the_statement_that_did_not_compile(console):
    console.run("x = 1\nreturn x")

    assert console.last.failed_line == 2
    assert "x" in console.session.live


def test_error_message_is_one_line(console):
    console.run("raise ValueError('first\\nsecond')")

    assert console.last.error_message == "first"


def test_error_whose_text_cannot_be_made_is_recorded(console):
    console.run(
        "class Mute(Exception):\n    def __str__(self):\n        raise RuntimeError", "raise Mute"
    )

    assert console.last.outcome is Outcome.FAILED
    assert console.last.error_message == ""
    assert console.session.incomplete_from is None


def test_error_of_a_library_is_qualified(console):
    console.run("import json", "json.loads('x')")

    assert console.last.error_type == "json.decoder.JSONDecodeError"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("1/0", 1),
        ("a = 1\n1/0\nb = 2", 2),
        ("\n\na = 1\n1/0", 4),
        ("def f():\n    1/0\n\nf()", 4),
        ("for i in range(3):\n    a = i\n    1/0", 1),
        ("x = (1,\n     1/0)", 1),
        ("if __name__ == '__main__':\n    a = 1\n    b = 1/0\n    c = 2", 3),
        ("@1/0\ndef f():\n    pass", 1),
        ("%time a = 1\n1/0", 2),
        ("a = 1\n%time \\\n 3\n1/0", 4),
        ("exec('1/0')", 1),
        ("a = 1\nexec('b = 1\\n\\n\\n1/0')", 2),
        ("%%time\na = 1\n1/0\nb = 2", 3),
        ("%%time\n\na = [1,\n 1/0]", 3),
        ("a = 1\n%nosuchmagic", 2),
        ("%%nosuchmagic\nx", 1),
        ("import sys\nsys.exit(3)", 2),
        ("import asyncio\nawait asyncio.sleep(0)\n1/0", 3),
    ],
)
def test_failed_line_is_that_of_the_top_level_statement(console, text, line):
    with pytest.warns(UserWarning, match="To exit") if "sys.exit" in text else _nothing():
        console.run(text)

    assert console.last.outcome is Outcome.FAILED
    assert console.last.failed_line == line


def _nothing():
    from contextlib import nullcontext

    return nullcontext()


def test_keyboard_interrupt_is_an_interruption(console):
    console.run("x = 1\nraise KeyboardInterrupt")

    assert console.last.outcome is Outcome.INTERRUPTED
    assert console.last.failed_line == 2


def test_post_event_without_a_result_ends_the_cell(console):
    info = SimpleNamespace(raw_cell="x = 1", store_history=True, transformed_cell="x = 1\n")
    console.recorder.pre_run_cell(info)
    console.recorder.post_run_cell(None)

    assert console.last.outcome is Outcome.INTERRUPTED
    assert console.session.incomplete_from is None


def test_empty_cell_is_not_recorded(console):
    console.run("", "  \n ")

    assert console.cells == ()
    assert console.session.incomplete_from is None


def test_cells_of_two_threads_that_overlap_are_told_apart(console):
    outer = SimpleNamespace(raw_cell="slow = 1", store_history=True, transformed_cell="slow = 1\n")
    recorder = console.recorder
    recorder.pre_run_cell(outer)
    thread = threading.Thread(target=lambda: console.run("quick = 2"))
    thread.start()
    thread.join()
    recorder.post_run_cell(
        SimpleNamespace(
            info=outer,
            execution_count=7,
            error_before_exec=None,
            error_in_exec=None,
            success=True,
            result=None,
        )
    )

    assert [cell.text for cell in console.cells] == ["slow = 1", "quick = 2"]
    assert [cell.replayed for cell in console.cells] == ["", ""]
    assert not any(cell.observation.is_complete for cell in console.cells)


def test_fault_of_the_recorder_is_told_once_and_reaches_no_cell(console, capsys, monkeypatch):
    class Broken:
        def before(self, *_args):
            raise RuntimeError("inner fault")

        def after(self, *_args, **_options):
            raise RuntimeError("inner fault")

    told = []
    monkeypatch.setattr(sys, "__stderr__", SimpleNamespace(write=told.append))
    console.run("x = 1")
    console.recorder._watcher = Broken()
    result = console.run("y = 2", "z = 3")

    assert result.success
    assert [cell.text for cell in console.cells] == ["x = 1", "y = 2", "z = 3"]
    assert told == ["ipyprod: the record is incomplete from here (RuntimeError: inner fault)\n"]
    assert console.session.incomplete_from is not None
    assert "Traceback" not in capsys.readouterr().out


def test_record_keeps_no_value_alive(console):
    console.run("class Big: pass\nbig = Big()\nother = big")
    watch = weakref.ref(console.shell.user_ns["big"])
    console.run("del big, other")
    gc.collect()

    assert watch() is None


def test_live_names_are_the_users_alone(console):
    console.run("x = 1", "x", "_private = 2")

    assert console.session.live == {"x", "_private"}


def test_names_bound_between_cells_have_no_source(console):
    console.run("x = 1")
    console.shell.user_ns["stranger"] = 5
    console.run("y = x")

    assert console.session.unrecorded == {"stranger"}


def test_reset_starts_the_numbers_again_and_events_go_on(console):
    console.run("x = 1", "%reset -f", "y = 2")

    events = [cell.event for cell in console.cells]
    assert events == sorted(set(events))
    assert console.session.live == {"y"}


def test_files_that_a_cell_reads_and_writes_are_seen(console, tmp_path):
    console.run("from pathlib import Path")
    console.run("Path('a.txt').write_text('1')", "Path('a.txt').read_text()", "x = 1")

    seen = [
        [(effect.kind.name, effect.target) for effect in cell.observation.side_effects]
        for cell in console.cells[1:]
    ]
    path = str(tmp_path.resolve() / "a.txt")
    assert seen == [[("FILE_WRITTEN", path)], [("FILE_READ", path)], []]


def test_modules_that_a_cell_loads_are_seen(console, tmp_path):
    (tmp_path / "ours_for_test.py").write_text("value = 1\n")
    console.run(
        "import sys\nsys.path.insert(0, '.')", "import ours_for_test", "import ours_for_test"
    )
    sys.modules.pop("ours_for_test")

    names = [[m.name for m in cell.observation.modules] for cell in console.cells]
    assert names[1:] == [["ours_for_test"], []]
    assert console.cells[1].observation.modules[0].file.endswith("ours_for_test.py")
    assert console.cells[1].observation.side_effects == ()


@pytest.mark.parametrize("start", ["0.5", "10**9", "'a'", "b'a'", "(1 + 2j)", "-0.0"])
def test_new_number_at_the_address_of_the_old_one_is_seen_as_bound(console, start):
    # each step frees one object and takes its place: after two steps the address is the first one
    step = "x = x + x" if start != "-0.0" else "x = x * -1.0"
    for count in (1, 2, 3, 4):
        console.run(f"x = {start}", f"for i in range({count}):\n    {step}")
        if start != "-0.0" or count % 2:
            assert "x" in console.last.observation.bound


@pytest.mark.skipif(version_info < (9, 1), reason="IPython keeps what cells show from 9.1 on")
def test_cell_that_showed_something_besides_its_result_is_told_apart(console):
    texts = ("x = 1", "print(x)", "x", "print(x)\nx", "display(x)", "1 / 0", "for i in 'ab': print(i)")
    console.run(*texts)
    console.hide("print('hidden')")
    console.run("y = 2")

    shown = [cell.text for cell in console.cells if cell.observation.has_output]
    assert shown == ["print(x)", "print(x)\nx", "display(x)", "for i in 'ab': print(i)"]
