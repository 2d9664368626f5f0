"""Names of new code that stand against names of the file that it goes into."""

from pathlib import PurePath

from ipyprod.errors import ModuleFileError
from ipyprod.module_file.bindings import Binding, ImportedName
from ipyprod.module_file.editor import Editor, NewDefinition
from ipyprod.module_file.imports import is_tried
from ipyprod.module_file.layout import Layout
from ipyprod.module_file.order import global_reads
from ipyprod.source.builtin_names import BUILTIN_NAMES


def refuse_builtin(editor: Editor, name: str) -> None:
    """Refuse the name of a builtin for a definition, unless the user insists."""
    if name in BUILTIN_NAMES:
        hint = f"choose another name, such as {name}_of, or add --force"
        editor.refuse(f"{name} is the name of a builtin, which it would hide", hint)


def without_itself(
    wanted: tuple[ImportedName, ...], layout: Layout, path: str, module: str
) -> tuple[ImportedName, ...]:
    """Drop imports from the very module that is edited: what they name is there already."""
    parts = PurePath(path).with_suffix("").parts
    own = tuple((module or parts[-1]).split("."))
    kept: list[ImportedName] = []
    for name in wanted:
        origin, _, last = name.dotted.rpartition(".")
        source = tuple(origin.split("."))
        if name.level == 1:
            is_itself = source == own[-1:]
        else:
            is_itself = not name.level and source == (own if module else parts[-len(source) :])
        if not is_itself or not origin or name.is_submodule or last == "*":
            kept.append(name)
        elif not layout.bound(last) or last != name.bound:
            problem = f"{path} does not define {name.bound}, which the new code takes from it"
            hint = f"promote {last} again first"
            raise ModuleFileError(f"{problem}; nothing was written", hint=hint)
    return tuple(kept)


def clash_of(layout: Layout, name: ImportedName) -> Binding | None:
    """Return where the file gives the name of an import another meaning, None where nowhere."""
    has_fallback = is_tried(layout, name)
    for binding in layout.bound(name.bound):
        is_fallback = has_fallback and not binding.is_certain
        if not (is_fallback or _is_compatible(binding.imported, name)):
            return binding
    return None


def refuse_clashes(
    editor: Editor, layout: Layout, wanted: tuple[ImportedName, ...], rendered: NewDefinition
) -> None:
    """Refuse what would give a name of the file, or a builtin that it uses, another meaning."""
    rename = "rename one of the two, or write to another file with --to"
    ours = {rendered.name, *(name for name, _ in rendered.companions)}
    person = "\n".join(
        layout.source(b) for b in layout.blocks if not (b.definition and b.definition.name in ours)
    )
    person_reads = global_reads(person)
    for name in wanted:
        binding = clash_of(layout, name)
        if binding is not None:
            place = f"{editor.path}, line {binding.line}"
            problem = f"{name.bound} is {binding.kind.value} in {place}, not {name.dotted}"
            editor.refuse(problem, rename)
    provided = ours | {name.bound for name in wanted}
    for word in sorted(provided & BUILTIN_NAMES & person_reads):
        if not layout.bound(word):
            editor.refuse(f"{editor.path} uses the builtin {word}, which would be hidden", rename)
    new_reads = frozenset().union(
        global_reads(rendered.text), *(global_reads(source) for _, source in rendered.companions)
    )
    for word in sorted(new_reads & BUILTIN_NAMES - provided):
        for binding in layout.bound(word):
            place = f"{editor.path}, line {binding.line}"
            problem = f"{word} is {binding.kind.value} in {place}; the new code uses the builtin"
            editor.refuse(problem, rename)


def _is_compatible(there: ImportedName | None, wanted: ImportedName) -> bool:
    if there is None:
        return False
    if there == wanted or wanted.bound == "*":
        return True
    # import os
    # import os.path
    #        ^^^^^^^ binds os too
    roots = {name.dotted.partition(".")[0] for name in (there, wanted)}
    plain = all(n.is_submodule or n.dotted == n.bound for n in (there, wanted))
    return plain and len(roots) == 1
