"""The text of a session's module, from its plan; not formatted yet."""

import ast
import re
from collections import Counter

from ipyprod.promotion.body import (
    as_local,
    restored_builtins,
    starts_paragraph,
    with_builtins,
)
from ipyprod.promotion.import_block import import_block
from ipyprod.promotion.indentation import indent_source
from ipyprod.promotion.module_plan import Knob, ModulePlan, ModuleStyle
from ipyprod.promotion.qualified_names import with_qualified_names
from ipyprod.promotion.shared_namespace import with_global_namespace
from ipyprod.source.statements import Finish, Statement

_DISPLAY = '''
def display(*objects: object) -> None:
    """Show values as text."""
    print(*objects, sep="\\n")
'''.strip()


def render_module(plan: ModulePlan) -> str:
    """Return the module's source. Every statement is kept as it was written."""
    if plan.style is ModuleStyle.SCRIPT:
        parts = [_docstring(plan), _imports(plan), _script(plan)]
    else:
        parts = [
            _docstring(plan),
            _imports(plan),
            f"{plan.logger_name} = logging.getLogger(__name__)" if plan.logged else "",
            _module_level(plan),
            _main(plan),
            _entry(plan),
        ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _docstring(plan: ModulePlan) -> str:
    text = plan.summary.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""{text}"""'


def _imports(plan: ModulePlan) -> str:
    """The session's imports and those that the module needs for itself."""
    wanted = ["import logging"] if plan.style is ModuleStyle.MAIN and plan.logged else []
    if plan.knobs:
        wanted.append("import argparse")
    if plan.is_async:
        wanted.append("import asyncio")
    if plan.builtin_names or any(_uncovered(s, plan) for s in plan.body):
        wanted.append("import builtins")
    if any(_may_stop(plan, s) for s in plan.body):
        wanted.append("import contextlib")
    hints = " ".join(_hint(knob.node) for knob in plan.knobs)
    if plan.results or plan.unbound_names or "Any" in hints:
        wanted.append("from typing import Any")
    return import_block(
        plan.imports, [*wanted, *_error_imports(plan)], own_modules=plan.own_modules
    )


def _module_level(plan: ModulePlan) -> str:
    parts = [s.comments + s.text for s in plan.constants]
    if plan.needs_display:
        parts.append(_DISPLAY)
    parts += [s.comments + s.text for s in plan.definitions]
    return "\n\n".join(parts)


def _main(plan: ModulePlan) -> str:
    parameters = ", ".join(f"{k.name}: {_hint(k.node)} = {k.default}" for k in plan.knobs)
    returned = "dict[str, Any]" if plan.results else "None"
    start = "async def" if plan.is_async else "def"
    head = f"{start} {plan.main_name}({'*, ' + parameters if parameters else ''}) -> {returned}:"
    lines = [f'"""{_main_summary(plan)}"""']
    if plan.uses_globals and plan.local_names:
        lines.append("global " + ", ".join(sorted(plan.local_names)))
    lines += [f"{name} = builtins.{name}" for name in plan.builtin_names]
    lines += [f"{name}: Any" for name in plan.unbound_names if not plan.uses_globals]
    body = "\n".join([*lines, _body(plan)])
    return f"{head}\n{indent_source(body)}"


def _main_summary(plan: ModulePlan) -> str:
    if not plan.results:
        return "Run every step in order."
    return "Run every step in order and return the results by name."


def _body(plan: ModulePlan) -> str:
    blocks: list[str] = []
    sizes = Counter(statement.event for statement in plan.body)
    before = None
    for statement in plan.body:
        if before is not None and _is_parted(before, statement, sizes):
            blocks.append("")
        before = statement
        blocks.append(statement.comments + _statement_text(statement, plan))
        line = plan.logged.get((statement.event, statement.index))
        if line is not None:
            arguments = "".join(f", {argument}" for argument in line.arguments)
            blocks.append(f'{plan.logger_name}.info("{line.text}"{arguments})')
    if plan.results:
        items = ", ".join(f'"{name}": {name}' for name in plan.results)
        blocks += ["", f"return {{{items}}}"]
    return "\n".join(blocks)


def _is_parted(before: Statement, statement: Statement, sizes: Counter[int]) -> bool:
    """Whether a blank line stands between two statements: cells of one line stay together."""
    if before.event == statement.event:
        return starts_paragraph(statement, before)
    is_large = max(sizes[before.event], sizes[statement.event]) > 1
    lines = before.text.count("\n") + statement.text.count("\n")
    return is_large or lines > 0 or bool(statement.comments)


def _statement_text(statement: Statement, plan: ModulePlan) -> str:
    """One statement as it stands in `main()`."""
    text = with_qualified_names(statement.text, plan.shown)
    if plan.style is not ModuleStyle.SCRIPT and not plan.uses_globals:
        text = as_local(text, plan.local_names)
    text = with_builtins(text, _uncovered(statement, plan))
    if plan.uses_globals:
        text = with_global_namespace(text)
    if not _may_stop(plan, statement):
        return text
    error = _error(plan, statement)
    return f"with contextlib.suppress({error}):\n{indent_source(text)}"


def _uncovered(statement: Statement, plan: ModulePlan) -> tuple[str, ...]:
    if plan.style is ModuleStyle.SCRIPT or plan.uses_globals:
        return ()
    return restored_builtins(statement, plan.body, plan.local_names)


def _may_stop(plan: ModulePlan, statement: Statement) -> bool:
    """Whether a statement stopped in the middle, or may have, in a cell that failed."""
    if statement.finish is Finish.UNKNOWN:
        return statement.event in plan.errors
    return statement.finish is Finish.RAISED


def _error(plan: ModulePlan, statement: Statement) -> str:
    """Return the expression that names the error with which `statement` stopped."""
    name = plan.errors.get(statement.event, "")
    return name if re.fullmatch(r"[A-Za-z_][\w.]*", name) else "Exception"


def _error_imports(plan: ModulePlan) -> list[str]:
    errors = [_error(plan, s) for s in plan.body if _may_stop(plan, s)]
    modules = {error.rpartition(".")[0] for error in errors}
    return [f"import {module}" for module in modules if module]


def _hint(node: ast.expr) -> str:
    """The type of a literal as a hint."""
    if isinstance(node, ast.Tuple):
        hints = [_hint(item) for item in node.elts]
        if len(hints) > 3 and len(set(hints)) == 1:  # noqa: PLR2004  # longer reads as a sequence
            return f"tuple[{hints[0]}, ...]"
        return f"tuple[{', '.join(hints)}]" if hints else "tuple[()]"
    if isinstance(node, ast.Call):
        return ast.unparse(node.func)
    value = ast.literal_eval(node)
    return "Any" if value is None else type(value).__name__


def _entry(plan: ModulePlan) -> str:
    """What runs the module from the command line."""
    call = f"{plan.main_name}(**vars(_parse_arguments()))" if plan.knobs else f"{plan.main_name}()"
    if plan.is_async:
        call = f"asyncio.run({call})"
    log_setup = (
        "    logging.basicConfig(\n"
        '        level=logging.INFO, format="%(relativeCreated)6.0f ms  %(message)s"\n'
        "    )\n"
    )
    guard = f'if __name__ == "__main__":\n{log_setup if plan.logged else ""}    {call}'
    return f"{_argument_parser(plan)}\n\n{guard}" if plan.knobs else guard


def _argument_parser(plan: ModulePlan) -> str:
    lines = [
        "def _parse_arguments() -> argparse.Namespace:",
        '    """Read the knobs from the command line."""',
        "    parser = argparse.ArgumentParser(description=__doc__)",
    ]
    lowered = Counter(knob.name.lower() for knob in plan.knobs)
    for knob in plan.knobs:
        is_alone = lowered[knob.name.lower()] == 1
        lines.append(f"    {_argument(knob, knob.name.lower() if is_alone else knob.name)}")
    return "\n".join([*lines, "    return parser.parse_args()"])


def _argument(knob: Knob, name: str) -> str:
    """What declares the option `name` of a knob; argparse has one called "help" itself."""
    flag = "help-text" if name == "help" else name.replace("_", "-")
    option = f'parser.add_argument("--{flag}"'
    if flag.replace("-", "_") != knob.name:
        option += f', dest="{knob.name}"'
    node = knob.node
    if isinstance(node, ast.Tuple):
        kinds = {_hint(item) for item in node.elts} & {"int", "float", "str", "complex"}
        kind = kinds.pop() if len(kinds) == 1 else "str"
        return f'{option}, nargs="*", type={kind}, default={knob.default})'
    hint = _hint(node)
    if hint == "bool":
        return f"{option}, action=argparse.BooleanOptionalAction, default={knob.default})"
    kind = "str" if hint in ("Any", "bytes") else hint
    return f"{option}, type={kind}, default={knob.default})"


def _script(plan: ModulePlan) -> str:
    """The statements at top level, in cells."""
    parts = [_DISPLAY] if plan.needs_display else []
    if plan.is_async:
        parts.append(f"{plan.runner_name} = asyncio.Runner()")
    everything = (*plan.constants, *plan.definitions, *plan.body)
    placed = sorted(everything, key=lambda s: (s.event, s.index))
    before = None
    for statement in placed:
        is_new = before is None or before.event != statement.event
        mark = f"# %% In [{statement.cell_number}]\n" if is_new else ""
        if starts_paragraph(statement, before):
            mark = "\n"
        before = statement
        text = _statement_text(statement, plan)
        if statement.names.has_await:
            text = _awaited(statement, text, plan)
        parts.append(mark + statement.comments + text)
    if plan.is_async:
        parts.append(f"{plan.runner_name}.close()")
    return "\n".join(parts)


def _awaited(statement: Statement, text: str, plan: ModulePlan) -> str:
    """A statement that awaits, in a coroutine: outside the console no other code can.

    All of them run in one event loop, as they did at the prompt.
    """
    names = statement.names
    bound = ", ".join(sorted(names.binds | names.may_bind | names.deletes))
    name = f"_cell_{statement.cell_number}_{statement.index}"
    body = "\n".join([f"global {bound}", text] if bound else [text])
    return (
        f"async def {name}() -> None:\n{indent_source(body)}\n\n\n{plan.runner_name}.run({name}())"
    )
