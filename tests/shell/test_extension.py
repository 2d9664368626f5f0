import sys

import pytest

from ipyprod.session.cell import Outcome
from ipyprod.session.selection import select_cells


def state_of(shell):
    """Everything that loading may touch, by identity."""
    manager = shell.magics_manager
    return {
        "callbacks": {event: list(found) for event, found in shell.events.callbacks.items()},
        "line magics": dict(manager.magics["line"]),
        "cell magics": dict(manager.magics["cell"]),
        "registry": dict(manager.registry),
        "configurables": list(shell.configurables),
        "matchers": list(shell.Completer.custom_matchers),
        "printers": {
            mime: dict(formatter.type_printers)
            for mime, formatter in shell.display_formatter.formatters.items()
        },
        "deferred": {
            mime: dict(formatter.deferred_printers)
            for mime, formatter in shell.display_formatter.formatters.items()
        },
        "transformers": list(shell.ast_transformers),
        "input": list(shell.input_transformers_post),
        "hooks": {name: str(hook) for name, hook in shell.hooks.items()},
        "names": {name for name in shell.user_ns if not name.startswith("_")},
        "displayhook": sys.displayhook,
        "attributes": {name for name in vars(shell) if name != "_ipyprod_record"}
        - {"last_execution_result", "last_execution_succeeded"},
    }


def test_unloading_leaves_the_shell_as_it_was(make_console):
    console = make_console()
    console.shell.run_cell("0")  # settles what IPython itself makes at first use
    before = state_of(console.shell)
    console.load()
    console.shell.run_cell("%promote --help")
    during = state_of(console.shell)
    console.shell.extension_manager.unload_extension("ipyprod")

    assert during["line magics"].keys() - before["line magics"].keys() == {
        "promote",
        "session_to_module",
        "freeze_env",
        "ipyprod",
    }
    assert state_of(console.shell) == before


def test_reload_keeps_the_record(console):
    console.run("x = 1", "%reload_ext ipyprod", "y = 2")

    assert [cell.text for cell in console.cells if "reload" not in cell.text] == ["x = 1", "y = 2"]
    assert console.session.unrecorded == frozenset()
    assert console.session.incomplete_from is None


def test_cells_run_while_unloaded_are_taken_over_on_reload(console, capsys):
    console.run("x = 1", "%unload_ext ipyprod", "y = 2", "%load_ext ipyprod", "z = 3")

    found = [(cell.text, cell.outcome) for cell in console.cells if "ipyprod" not in cell.text]
    assert found == [("x = 1", Outcome.OK), ("y = 2", Outcome.UNKNOWN), ("z = 3", Outcome.OK)]
    assert "took over" in capsys.readouterr().err


def test_loading_in_the_middle_takes_over_what_ran(make_console, capsys):
    console = make_console()
    console.run("x = 1", "x + 1", "%load_ext ipyprod", "y = 2")

    found = [(cell.number, cell.text, cell.outcome) for cell in console.cells]
    assert found == [
        (1, "x = 1", Outcome.UNKNOWN),
        (2, "x + 1", Outcome.UNKNOWN),
        (4, "y = 2", Outcome.OK),
    ]
    assert console.cells[1].observation.has_result
    message = "ipyprod: took over 2 cells that were run before, outcome unknown\n"
    assert capsys.readouterr().err == message


def test_names_that_were_there_before_loading_without_a_source_are_unrecorded(make_console):
    console = make_console()
    console.shell.user_ns["given"] = 5
    console.run("x = 1", "%load_ext ipyprod")

    assert console.session.unrecorded == {"given"}


def test_loading_a_fresh_console_says_nothing(make_console, capsys):
    make_console().load()

    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_loading_twice_changes_nothing(console):
    before = state_of(console.shell)
    console.run("%load_ext ipyprod")
    from ipyprod.ipython.extension import install

    install(console.shell)
    assert state_of(console.shell)["callbacks"] == before["callbacks"]


def test_two_consoles_keep_their_own_records(make_console):
    one, other = make_console().load(), make_console().load()
    one.run("x = 1")
    other.run("y = 2")

    assert [cell.text for cell in one.cells] == ["x = 1"]
    assert [cell.text for cell in other.cells] == ["y = 2"]


def test_settings_come_from_the_configuration(make_console):
    console = make_console(module="made.py", check_seconds=5.0).load()

    settings = console.shell._ipyprod_extension.console.workbench().settings
    assert (settings.module, settings.check_seconds) == ("made.py", 5.0)


def test_config_magic_sets_a_setting(console):
    console.run("%config IPyProd.module = 'other.py'")

    assert console.shell._ipyprod_extension.console.workbench().settings.module == "other.py"


def test_importing_ipyprod_loads_neither_ipython_nor_black():
    import subprocess

    program = (
        "import sys, ipyprod; dir(ipyprod)\n"
        "print(sorted({'IPython', 'black', 'libcst', 'rich', 'pipreqs', 'xxhash', 'numpy'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_python_function_without_the_extension_says_what_to_do(make_console):
    console = make_console()
    result = console.run("import ipyprod", "ipyprod.status()")

    assert str(result.error_in_exec) == "ipyprod is not loaded in this console; %load_ext ipyprod"


def test_unknown_attribute_of_the_package_is_an_attribute_error():
    import ipyprod

    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = ipyprod.nothing


def test_earlier_session_is_looked_up_in_the_history(console):
    console.run("old = 1", "older = 2")
    console.shell.history_manager.writeout_cache()
    console.shell.history_manager.reset(new_session=True)
    console.shell.execution_count = 1
    console.run("new = 3")
    earlier = console.shell._ipyprod_extension.console.workbench().earlier

    found = select_cells("~1/1-2", console.cells, earlier=earlier)
    assert [(cell.number, cell.text) for cell in found] == [(1, "old = 1"), (2, "older = 2")]


def test_loaded_in_the_middle_the_first_call_shows_what_lies_behind_it(make_console):
    console = make_console()
    console.run(
        "import random\nrng = random.Random(3)",
        "class Dice:\n    def throw(self):\n        return rng.random()",
        "def play(n):\n    return [Dice().throw() for _ in range(n)]",
        "%load_ext ipyprod",
        "throws = play(4)",
    )

    assert console.cells[-1].observation.changed == {"rng"}
