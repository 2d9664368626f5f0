"""The environment that code needs, frozen into a requirements file."""

import ast
import platform
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ipyprod.effects.files import SourceFile, read_text, write_text
from ipyprod.effects.import_names import usual_distribution
from ipyprod.effects.installed import file_of_loaded, read_installed
from ipyprod.effects.local_modules import find_local_folder, find_local_module, read_sources
from ipyprod.environment.distributions import (
    InstalledIndex,
    ModuleUse,
    find_hidden_needs,
    find_module_uses,
    is_standard,
)
from ipyprod.environment.requirements import (
    Drift,
    Requirement,
    closure,
    find_drift,
    freeze,
    is_own_work,
    parse_asked,
    render_requirements,
)
from ipyprod.errors import EnvironmentFileError
from ipyprod.module_file.edit import ModuleEdit
from ipyprod.session.cell import ImportedModule, Session
from ipyprod.source.chains import dotted_name
from ipyprod.source.parsing import parse_session
from ipyprod.source.statements import Finish, OmissionKind, ParsedSession, Statement, StatementKind
from ipyprod.workflows.workbench import Workbench

# What runs the session, and not what the session uses.
_MOST_CALLS = 2  # that a reason names
_CONSOLE = frozenset({"ipyprod", "ipython", "ipykernel", "jupyter-client", "jupyter-core"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSnapshot:
    """A frozen environment.

    `drift` is filled by a check alone. `refusal` says why an existing file was left as it was.
    `notes` name files that could not be looked into.
    """

    path: str
    text: str
    requirements: tuple[Requirement, ...]
    edit: ModuleEdit
    drift: tuple[Drift, ...] = ()
    was_checked: bool = False
    was_written: bool = False
    refusal: str = ""
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Needs:
    """What code was found to need, while it is being followed."""

    index: InstalledIndex
    folders: tuple[str, ...]
    is_session: bool
    direct: dict[str, list[str]] = field(default_factory=dict)  # normalised name -> reasons
    problems: dict[str, str] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)  # module -> reasons
    unowned: dict[str, list[str]] = field(default_factory=dict)  # module -> reasons
    followed: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def need(self, name: str, reason: str) -> None:
        """Note that a distribution is needed."""
        reasons = self.direct.setdefault(name, [])
        if reason not in reasons:
            reasons.append(reason)


def freeze_env(
    workbench: Workbench,
    file: str = "requirements.txt",
    *,
    module: str | None = None,
    check: bool = False,
    dry_run: bool = False,
    force: bool = False,
) -> EnvironmentSnapshot:
    """Pin what the session, or `module` (a file or folder), needs to run elsewhere.

    With `check` nothing is written: the snapshot's `drift` says how `file` and the live
    environment differ. An existing file that ipyprod did not write, or that was edited since, is
    replaced only with `force`. No network is used.

    Raises:
        EnvironmentFileError: `module`, or with `check` the file, is not there.
        ModuleFileError: the file cannot be read or written. Nothing was changed.
    """
    source = read_text(file or "requirements.txt", folder=workbench.folder)
    before = source.text
    if check and before is None:
        raise EnvironmentFileError(f"no file {file} to check", hint="run `%freeze_env` first")
    needs, requirements = _collect(workbench, module)
    text = render_requirements(
        requirements,
        python_version=platform.python_version(),
        file_name=Path(source.path).name,
    )
    snapshot = EnvironmentSnapshot(
        path=source.path,
        text=text,
        requirements=requirements,
        edit=ModuleEdit(path=source.path, before=before, after=text),
        drift=find_drift(before or "", requirements, needs.index) if check else (),
        was_checked=check,
        notes=tuple(needs.notes),
    )
    if check or dry_run or before == text:
        return snapshot
    return _written(snapshot, source, force=force)


def _written(
    snapshot: EnvironmentSnapshot, source: SourceFile, *, force: bool
) -> EnvironmentSnapshot:
    before = snapshot.edit.before
    refusal = ""
    if before and not force and not is_own_work(before):
        name = Path(source.path).name
        refusal = f"{name} was written or edited by hand: nothing was written; --force replaces it"
    else:
        write_text(source, snapshot.text)
    return replace(snapshot, was_written=not refusal, refusal=refusal)


def _collect(workbench: Workbench, module: str | None) -> tuple[_Needs, tuple[Requirement, ...]]:
    parsed = parse_session(workbench.session, transform=workbench.transform)
    needs = _Needs(read_installed(), _folders(workbench, module), is_session=module is None)
    if module is None:
        _follow_session(needs, parsed)
        _add_loaded(needs, workbench.session, parsed)
    else:
        _follow_files(needs, module, workbench.folder)
    asked = parse_asked(
        omission.requirement
        for omission in parsed.omissions
        if omission.kind is OmissionKind.INSTALL and omission.requirement
    )
    direct = {name: tuple(reasons) for name, reasons in needs.direct.items()}
    frozen = freeze(needs.index, direct, asked)
    return needs, (*_with_problems(frozen, needs), *_unpinned(needs))


def _folders(workbench: Workbench, module: str | None) -> tuple[str, ...]:
    if module is None:
        return (workbench.folder,)
    place = Path(workbench.folder, Path(module).expanduser())
    beside = place if place.is_dir() else place.parent
    return tuple(dict.fromkeys([str(beside), str(beside.parent / "src"), workbench.folder]))


def _follow_session(needs: _Needs, parsed: ParsedSession) -> None:
    for statement in parsed.statements:
        if statement.kind is StatementKind.IMPORT and statement.finish is Finish.RAISED:
            continue
        place = f"In [{statement.cell_number}]"
        for use in find_module_uses(statement.node, place):
            _follow(needs, use)


def _follow_files(needs: _Needs, path: str, folder: str) -> None:
    for source in read_sources(path, folder=folder):
        if source.path in needs.followed:
            continue
        needs.followed.add(source.path)
        try:
            tree = ast.parse(source.text)
        except (SyntaxError, ValueError) as error:
            needs.notes.append(f"{source.label} does not parse and was left out: {error}")
            continue
        uses = find_module_uses(tree, source.label)
        for use in uses:
            _follow(needs, use)
        if {"pandas", "polars"} & {use.top for use in uses}:
            for name, method in find_hidden_needs(tree, needs.index):
                needs.need(name, f"behind {method} in {source.label}")


def _follow(needs: _Needs, use: ModuleUse) -> None:
    local = find_local_module(use.top, needs.folders)
    if local:
        _follow_local(needs, local)
        return
    if is_standard(use.name):
        return
    owners = _owners(needs, use)
    if owners:
        _need_owner(needs, use, owners)
        return
    folder = find_local_folder(use.top, needs.folders)
    if folder:
        _follow_local(needs, folder)
    elif file_of_loaded(use.name) or file_of_loaded(use.top):
        needs.unowned.setdefault(use.top, []).append(f"imported in {use.place}")
    elif not use.is_optional:
        needs.missing.setdefault(use.top, []).append(f"imported in {use.place}")


def _follow_local(needs: _Needs, path: str) -> None:
    try:
        _follow_files(needs, path, needs.folders[0])
    except EnvironmentFileError as error:
        needs.notes.append(error.problem)


def _owners(needs: _Needs, use: ModuleUse) -> tuple[str, ...]:
    if needs.is_session:
        parent = use.name.rpartition(".")[0]
        loaded = [file_of_loaded(name) for name in (use.name, parent) if name]
        by_file = next((needs.index.by_file(f) for f in loaded if f), "")
        if by_file:
            return (by_file,)
    return needs.index.by_module(use.name)


def _need_owner(needs: _Needs, use: ModuleUse, owners: tuple[str, ...]) -> None:
    if needs.is_session and owners[0] in _CONSOLE:
        return
    needs.need(owners[0], f"imported in {use.place}")
    if len(owners) > 1:
        others = ", ".join(owners[1:])
        needs.problems[owners[0]] = f"{use.top} is also offered by {others}: keep one of them"


def _add_loaded(needs: _Needs, session: Session, parsed: ParsedSession) -> None:
    """What a library loaded while user code ran, as pyarrow behind `read_parquet`.

    What is loaded by a cell of imports alone belongs to the libraries imported there.
    """
    working: dict[int, list[Statement]] = defaultdict(list)
    for statement in parsed.statements:
        if statement.kind is not StatementKind.IMPORT:
            working[statement.event].append(statement)
    console = closure(needs.index, dict.fromkeys(_CONSOLE, frozenset()))
    for cell in session.cells:
        if cell.event not in working:
            continue
        known = closure(needs.index, dict.fromkeys(needs.direct, frozenset()))
        for name in _owners_of_files(needs.index, cell.observation.modules):
            if name not in known and name not in console:
                calls = _called_in(working[cell.event])
                needs.need(
                    name, f"loaded in In [{cell.number}]" + (f" by {calls}" if calls else "")
                )


def _called_in(statements: Iterable[Statement]) -> str:
    """Name what statements call of libraries and objects, the first two of it: "pd.DataFrame"."""
    parts = (part for statement in statements for part in ast.walk(statement.node))
    calls = (dotted_name(part.func) for part in parts if isinstance(part, ast.Call))
    names = list(dict.fromkeys(name for name in calls if "." in name))
    return ", ".join([*names[:_MOST_CALLS], *["..."][: len(names) > _MOST_CALLS]])


def _owners_of_files(index: InstalledIndex, modules: Iterable[ImportedModule]) -> list[str]:
    found = {index.by_file(str(Path(m.file).resolve())) for m in modules if m.file}
    # what another one found here needs anyway is no need of its own
    needed = {
        inner
        for name in found
        for inner in closure(index, {name: frozenset()})
        if inner != name and name not in closure(index, {inner: frozenset()})
    }
    return sorted(found - needed - {""})


def _with_problems(frozen: tuple[Requirement, ...], needs: _Needs) -> tuple[Requirement, ...]:
    if not needs.problems:
        return frozen
    by_name = {needs.index.distributions[name].name: text for name, text in needs.problems.items()}
    return tuple(
        (
            replace(r, problem="; ".join(filter(None, [r.problem, by_name[r.name]])))
            if r.is_direct and r.name in by_name
            else r
        )
        for r in frozen
    )


def _unpinned(needs: _Needs) -> tuple[Requirement, ...]:
    missing = [_missing(module, reasons) for module, reasons in sorted(needs.missing.items())]
    unowned = [
        Requirement(
            name=module,
            reasons=tuple(dict.fromkeys(reasons)),
            problem="belongs to no installed distribution (conda, or copied by hand): add the"
            " requirement that offers it",
            is_written=False,
        )
        for module, reasons in sorted(needs.unowned.items())
    ]
    return (*missing, *unowned)


def _missing(module: str, reasons: list[str]) -> Requirement:
    """A module that is not installed; a name that nobody vouches for stays a comment."""
    usual = usual_distribution(module)
    return Requirement(
        name=usual or module,
        reasons=tuple(dict.fromkeys(reasons)),
        problem="not installed here, so not pinned: install what offers it and freeze again",
        is_written=bool(usual),
    )
