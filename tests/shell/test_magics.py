import importlib
import inspect

import pytest

import ipyprod
from ipyprod.ipython.magics import OneLineError
from ipyprod.ipython.options import COMMANDS, SUBCOMMANDS, ValueKind
from ipyprod.session.cell import PromotedName


def public_function(command):
    return getattr(ipyprod, command.name)


@pytest.mark.parametrize("command", [*COMMANDS, *SUBCOMMANDS], ids=lambda one: one.name)
def test_options_of_a_magic_are_the_parameters_of_its_function(command):
    asked = {one.parameter for one in (*command.arguments, *command.options)}

    assert set(inspect.signature(public_function(command)).parameters) == asked


@pytest.mark.parametrize("command", [*COMMANDS, *SUBCOMMANDS], ids=lambda one: one.name)
def test_options_of_a_magic_are_the_parameters_of_its_workflow(command):
    module_name, _, function = command.workflow.partition(":")
    module = importlib.import_module(module_name)
    parameters = list(inspect.signature(getattr(module, function)).parameters.values())
    asked = {one.parameter for one in (*command.arguments, *command.options)}

    assert parameters[0].name == "workbench"
    assert {one.name for one in parameters[1:]} == asked


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.name)
def test_flags_are_keyword_only_parameters(command):
    parameters = inspect.signature(public_function(command)).parameters
    for option in command.options:
        kind = parameters[option.parameter].kind
        assert kind is inspect.Parameter.KEYWORD_ONLY
        assert (option.kind is ValueKind.NONE) or option.metavar


@pytest.mark.parametrize("line", ["%promote --help", "%promote -h", "%ipyprod --help"])
def test_help_is_shown_and_stays_quiet_when_it_is_bound(console, capsys, line):
    console.run(line)
    shown = capsys.readouterr().out
    console.run(f"kept = {line}")

    assert line.split()[0] in shown
    assert capsys.readouterr().out == ""


def test_question_mark_shows_the_same_table(console, capsys):
    console.run("%promote?")

    assert "--given A[,B]" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("%promote", "%promote needs NAME; write %promote NAME CELLS"),
        ("%promote f 'x", "A quote (') is left open; close it: f 'x'"),
        ("%ipyprod whi x", "%ipyprod has no command 'whi'; did you mean why?"),
        (
            "%%promote f 3\nx = 1",
            "%%promote promotes the cell it stands in: name no cells, no --from",
        ),
    ],
)
def test_usage_error_is_one_line_at_the_prompt(console, capsys, text, message):
    result = console.run(text)
    captured = capsys.readouterr()

    assert isinstance(result.error_in_exec, OneLineError)
    assert str(result.error_in_exec) == message
    assert [line for line in (captured.out + captured.err).splitlines() if line] == [message]


def test_line_is_not_expanded_by_ipython(console):
    console.run("cells = 99")
    result = console.run("%promote {cells} --zzz")

    assert "--zzz" in str(result.error_in_exec)


def test_body_of_a_cell_magic_is_recorded_as_a_cell_of_its_own(console):
    console.run("%%promote f\nx = 1\n1/0")

    assert [cell.text for cell in console.cells] == ["x = 1\n1/0\n"]
    assert console.last.failed_line == 2
    assert console.last.number == 1


def test_failed_body_promotes_nothing(console):
    result = console.run("%%promote f\n1/0")

    message = "The cell did not end well: nothing was promoted or written"
    assert str(result.error_in_exec) == message


def test_mistake_in_a_python_call_is_one_line_at_the_prompt(make_console, capsys):
    console = make_console()
    console.run("import ipyprod", "ipyprod.status()")
    captured = capsys.readouterr()

    shown = [line for line in (captured.out + captured.err).splitlines() if line]
    assert shown == ["ipyprod is not loaded in this console; %load_ext ipyprod"]


def test_promotion_belongs_to_the_cell_that_made_it(console):
    recorder = console.recorder

    def pretend(line, cell=None):
        if cell is not None:
            recorder.run_as_cell(cell)
        recorder.note_promotion(PromotedName(name=line, module_path="made.py", event=0))

    console.shell.register_magic_function(pretend, "line_cell", "pretend")
    console.run("x = 1", "%pretend f", "y = 2", "%%pretend g\nz = 3")

    by_event = {cell.event: cell.text for cell in console.cells}
    made = [(one.name, by_event[one.event]) for one in console.session.promotions]
    assert made == [("f", "%pretend f"), ("g", "z = 3\n")]
