"""A definition put into a module's text, and nothing else changed."""

import difflib
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from ipyprod.errors import ModuleFileError
from ipyprod.module_file.aliases import with_aliases
from ipyprod.module_file.bindings import BindingKind
from ipyprod.module_file.clashes import refuse_builtin, refuse_clashes, without_itself
from ipyprod.module_file.editor import Editor, NewDefinition
from ipyprod.module_file.exports import extend_exports
from ipyprod.module_file.imports import (
    add_imports,
    relative_import,
    sorted_imports,
    split_imports,
)
from ipyprod.module_file.layout import (
    Block,
    Layout,
    code_signature,
    definition_text,
    parse_layout,
    parse_module,
)
from ipyprod.module_file.merge import merge_texts
from ipyprod.module_file.order import global_reads, unmet_needs

WHOLE_MODULE = "<module>"  # in `ModuleEdit.wrote`: all of the file is generated
MODULE_DOCSTRING = "Functions that came out of a console session."
_MAIN_GUARD = re.compile(r"if\b.*\b__name__\b.*__main__")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleEdit:
    """An edit that has not been written yet. `before` is None where the file is new.

    `wrote` are the definitions that ipyprod answers for, (name, source), without what a person
    added to them; `notes` say, a sentence each, what the user should know about the edit.
    """

    path: str
    before: str | None
    after: str
    wrote: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def diff(self) -> str:
        """The change as a unified diff, "" where nothing changes."""
        if self.before == self.after:
            return ""
        name = self.path.replace("\\", "/").rpartition("/")[2]
        return _diff(self.before or "", self.after, name if self.before else "new file", name)


def _unformatted(source: str) -> str:
    return source


def insert_function(  # noqa: PLR0913 - keyword-only from the third on
    text: str | None,
    rendered: NewDefinition,
    *,
    path: str,
    module: str = "",
    written_before: str | None = None,
    force: bool = False,
    docstring: str = MODULE_DOCSTRING,
    own_modules: Collection[str] = (),
    format_source: Callable[[str], str] = _unformatted,
) -> ModuleEdit:
    """Insert a function into a module, or replace it there; the rest stays as it is.

    `text` is None for a new file. `module` is its dotted name, where it is in a package: its
    neighbours are imported relatively. `written_before` holds the definitions that ipyprod wrote last
    into this file, as one text: what still equals them is replaced, hand edits elsewhere in the
    definition are merged, and anything else is refused unless `force`. `docstring` is that of a new
    file. `own_modules` are the modules of the project, whose imports come last. `format_source` formats a piece of code for the project.

    Raises:
        ModuleFileError: the file does not parse, or something in it stands against the edit.
    """
    editor = Editor(
        path=path, written=written_before or "", force=force, format_source=format_source
    )
    layout = parse_layout(text or "", path=path)
    wanted = tuple(relative_import(n, layout, module) for n in split_imports(rendered.imports))
    refuse_builtin(editor, rendered.name)
    if text is None or not text.strip():
        pieces = (*rendered.companions, (rendered.name, rendered.text))
        imports = sorted_imports(wanted, own_modules)
        after = _new_module(editor, docstring, imports, pieces)
        return ModuleEdit(path=path, before=text, after=after, wrote=_definitions(after, path))
    wanted = without_itself(wanted, layout, path, module)
    wanted, rendered = with_aliases(layout, wanted, rendered)
    pieces = (*rendered.companions, (rendered.name, rendered.text))
    refuse_clashes(editor, layout, wanted, rendered)
    after = add_imports(
        text, wanted, path=path, format_source=format_source, own_modules=own_modules
    )
    placed = _place(editor, after, pieces)
    after = extend_exports(parse_layout(placed.text, path=path), rendered.name)
    _check_order(editor, layout, after)
    return ModuleEdit(path=path, before=text, after=after, wrote=placed.wrote, notes=placed.notes)


def replace_module(
    text: str | None,
    new_text: str,
    *,
    path: str,
    written_before: str | None = None,
    force: bool = False,
    format_source: Callable[[str], str] = _unformatted,
) -> ModuleEdit:
    """Write a whole generated module where nothing of a person's is lost by it.

    `written_before` is the whole file as ipyprod wrote it last, None where it did not.

    Raises:
        ModuleFileError: the file there was written by a person, or edited by one (`detail` shows
            the two), and not `force`.
    """
    after = format_source(new_text)
    wrote = (*_definitions(after, path), (WHOLE_MODULE, ""))
    edit = ModuleEdit(path=path, before=text, after=after, wrote=wrote)
    if text is None or not text.strip() or force or text == after:
        return edit
    if written_before is not None and _same_code(text, written_before):
        return edit
    hint = "add --force to replace it, or choose another file"
    if written_before is None:
        raise ModuleFileError(f"{path} was not written by ipyprod; nothing was written", hint=hint)
    raise ModuleFileError(
        f"{path} was edited by hand since; nothing was written",
        hint=hint,
        detail=_diff(text, after, f"{path} (in the file)", f"{path} (new)"),
    )


def _new_module(
    editor: Editor,
    docstring: str,
    imports: str,
    pieces: Iterable[tuple[str, str]],
) -> str:
    sources = [f'"""{docstring}"""', imports.rstrip("\n")]
    sources += [source.strip("\n") for _, source in pieces]
    text = "\n\n".join(source for source in sources if source) + "\n"
    parse_module(text, path=editor.path)
    return editor.format_source(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A text with the new pieces in it."""

    text: str
    wrote: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


def _definitions(text: str, path: str) -> tuple[tuple[str, str], ...]:
    """Everything that a module defines, as (name, source)."""
    layout = parse_layout(text, path=path)
    return tuple(
        (name, layout.source(block))
        for block in layout.blocks
        for name in dict.fromkeys(binding.name for binding in block.bindings)
        if block.defines(name)
    )


def _place(editor: Editor, text: str, pieces: tuple[tuple[str, str], ...]) -> _Placed:
    """Replace what is there and insert what is not: companions go right before their user."""
    layout = parse_layout(text, path=editor.path)
    main = pieces[-1][0]
    ours = {name for name, _ in pieces}
    notes: list[str] = []
    wrote: list[tuple[str, str]] = []
    missing: list[str] = []
    changes: list[tuple[Block, str]] = []
    for name, source in pieces:
        new = editor.formatted(source, layout)
        if name != main and _is_there(layout, name, new):
            continue
        block = _existing(editor, layout, name) if layout.bound(name) else None
        if block is None:
            missing.append(new)
            wrote.append((name, new))
            continue
        users = [] if name == main else _other_users(layout, name, ours)
        there = layout.source(block)
        chosen = _choose(editor, name, there, new, users, notes)
        # A definition that was the same already by a person's hand stays that person's.
        if chosen != there or definition_text(editor.written, name) is not None:
            wrote.append((name, new))
        changes.append((block, chosen))
    at, inserted = _insertion(layout, missing, before=main)
    edits = [(at, at, inserted), *((block.start, block.end, new) for block, new in changes)]
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return _Placed(text=text, wrote=tuple(wrote), notes=tuple(notes))


def _is_there(layout: Layout, name: str, new: str) -> bool:
    """Whether the file has a companion as it is, of whatever form: `try: import a`, a table."""
    blocks = (b for b in layout.blocks if any(binding.name == name for binding in b.bindings))
    return not layout.definition_blocks(name) and any(
        _same_code(layout.source(block), new) for block in blocks
    )


def _existing(editor: Editor, layout: Layout, name: str) -> Block | None:
    """The one definition of a name in the file, None to put a new one at its end (forced)."""
    places = layout.bound(name)
    blocks = layout.definition_blocks(name)
    rest = [place for place in places if place.kind is not BindingKind.IMPORT]
    if len(blocks) == 1 and len(places) == 1:
        return blocks[0]
    first = places[0]
    where = f"{editor.path}, line {first.line}"
    hint = "choose another name, or another file with --to"
    if len(rest) > 1:
        lines = ", ".join(str(place.line) for place in places)
        editor.refuse(f"{name} is bound several times in {editor.path} (lines {lines})", hint)
    else:
        editor.refuse(f"{name} is {first.kind.value} in {where}", hint)
    return blocks[-1] if blocks else None


def _choose(
    editor: Editor, name: str, there: str, new: str, users: list[str], notes: list[str]
) -> str:
    """Decide what stands for a name in the end: the file's text, the new one, or both merged."""
    if _same_code(there, new):
        return there
    base = definition_text(editor.written, name) if editor.written else None
    is_ours = base is not None and _same_code(there, base)
    detail = _diff(there, new, f"{name} (in the file)", f"{name} (new)")
    where = f"{name} in {editor.path}"
    if is_ours and users:
        problem = f"{where} differs from the session's, and {', '.join(users)} uses it too"
        editor.refuse(problem, "rename the one in the session, or add --force", detail)
        return new
    if is_ours and base is not None and there != base:
        merged = _merged(base, new, there, name)  # another layout by the person's hand
        return merged if merged is not None and _same_code(merged, new) else new
    if is_ours or editor.force:
        return new
    if base is None:
        problem = f"{where} was not written by ipyprod and differs from the new one"
        editor.refuse(problem, "choose another name, or add --force to replace it")
    merged = _merged(base or "", new, there, name)
    if merged is None:
        problem = f"{where} was edited by hand where the new one differs"
        editor.refuse(problem, "add --force to replace it", detail)
        return new
    notes.append(f"the edit made by hand to {name} was kept")
    return merged


def _merged(base: str, new: str, there: str, name: str) -> str | None:
    merged = merge_texts(base, new, there)
    if merged is None or definition_text(merged, name) is None:
        return None
    return merged


def _other_users(layout: Layout, name: str, ours: set[str]) -> list[str]:
    """Definitions of the file, other than the new ones, that read a name."""
    users: list[str] = []
    for block in layout.blocks:
        own = block.definition.name if block.definition else f"line {block.first_line}"
        if own in ours or layout.definition_blocks(name) == (block,):
            continue
        if name in global_reads(layout.source(block)):
            users.append(own)
    return users


def _insertion(layout: Layout, pieces: list[str], *, before: str) -> tuple[int, str]:
    """Where new pieces go, and their text with the lines around it.

    Before the definition of a name that is there, else at the end but before the main guard.
    """
    if not pieces:
        return 0, ""
    text, newline = layout.text, layout.newline
    new = (newline * 3).join(pieces)
    found = layout.definition_blocks(before)
    guards = [b for b in layout.blocks if _MAIN_GUARD.match(text[b.code_start : b.end])]
    target = found[0] if found else guards[0] if guards else None
    if target is None:
        return len(text), _gap(text, newline) + new + newline
    return target.start, _gap(text[: target.start], newline) + new + newline * 3


def _gap(head: str, newline: str) -> str:
    """The line breaks that are missing for two blank lines below `head`."""
    if not head.strip("\ufeff\f \t\r\n"):
        return ""
    breaks = len(re.findall(r"\r\n|\r|\n", head[len(head.rstrip("\r\n \t\f")) :]))
    at_line_start = head.endswith(("\n", "\r"))
    return newline * max(3 - breaks, 0 if at_line_start else 1)


def _check_order(editor: Editor, before: Layout, after: str) -> None:
    unmet = unmet_needs(parse_layout(after, path=editor.path)) - unmet_needs(before)
    for who, name in sorted(unmet):
        problem = f"{editor.path} would run {who.splitlines()[0]} before {name}, which it needs"
        raise ModuleFileError(f"{problem}; nothing was written", hint=f"move {name} up in the file")


def _same_code(one: str, other: str) -> bool:
    if one == other:
        return True
    try:
        return code_signature(one) == code_signature(other)
    except ModuleFileError:
        return False


def _diff(before: str, after: str, old: str, new: str) -> str:
    lines = difflib.unified_diff(_lines(before), _lines(after), old, new, lineterm="")
    return "\n".join(lines)


def _lines(text: str) -> list[str]:
    """Return the lines of a text; a missing line break at the end shows in the last one."""
    if not text:
        return []
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else [*lines[:-1], lines[-1] + " (no line break)"]
