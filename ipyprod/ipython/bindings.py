"""The session's names that come from modules: bound, kept up with their files, and given back."""

import hashlib
import sys
import types
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipyprod.errors import IpyprodError
from ipyprod.ipython.promoted import (
    execute_module,
    forget_module,
    import_promoted,
    loaded_value,
)
from ipyprod.ipython.recorder import Recorder
from ipyprod.session.cell import PromotedName

if TYPE_CHECKING:
    from ipyprod.workflows.promote import Promotion
    from ipyprod.workflows.undo import UndoResult

_CODE = (types.FunctionType, type)
_Stamp = tuple[int, int, int]


class PromotedBindings:
    """Binds names to functions of modules, as the files are at that time."""

    def __init__(self, shell: Any, recorder: Recorder) -> None:
        self._shell = shell
        self._recorder = recorder
        self._stamps: dict[str, _Stamp | None] = {}
        self._contents: dict[str, str] = {}
        # The session's own functions and classes that a promotion took the place of: code, no data.
        self._own: dict[str, Any] = {}
        for promoted in recorder.record.promotions:  # made before a reload
            self._note_state(promoted.module_path)

    def bind(self, promotion: "Promotion") -> "Promotion":
        """Bind the name that a promotion wrote, unless a value of the session has it.

        Raises:
            ModuleFileError: the module fails when it is imported; the session keeps what it had.
        """
        name, path = promotion.name, promotion.edit.path
        namespace = self._shell.user_ns
        there = namespace.get(name)
        is_value = promotion.plan.definition is None and not isinstance(there, _CODE)
        if name in namespace and is_value:  # also one that can be called: a model, a dispatcher
            note = (
                f"{name} is a variable of this session and keeps its value; "
                f"`from {Path(path).stem} import {name}` gives the function"
            )
            return replace(promotion, notes=(*promotion.notes, note))
        value = import_promoted(path, name)
        if isinstance(there, _CODE) and self._is_own(there):
            self._own.setdefault(name, there)
        namespace[name] = value
        self._note_state(path)
        # a promotion has imported it by now; loading the extension does without
        from ipyprod.effects.places import place_of_module  # noqa: PLC0415

        place = place_of_module(path, base=str(Path(path).parent))
        self._recorder.note_promotion(
            PromotedName(
                name=name,
                module_path=path,
                module=place.dotted,
                root=place.root,
                event=0,
                replaced=promotion.replaced,
                arguments=tuple((p.name, p.is_keyword_only) for p in promotion.plan.parameters),
                returns=tuple(value.name for value in promotion.plan.returns),
                companions=tuple(c.name for c in promotion.plan.companions),
            )
        )
        return promotion

    def give_back(self, undone: "UndoResult") -> "UndoResult":
        """Bind what was bound before the writes that were taken back, and say so."""
        notes: list[str] = []
        for write in undone.writes:
            for name in write.names:
                if self._is_ours(name, write.path):
                    notes += self._forget_promotion(name, write.path)
        for path in dict.fromkeys(write.path for write in undone.writes):
            if Path(path).exists():
                self._refresh(path)
            else:
                forget_module(path)
            self._note_state(path)
        return replace(undone, bindings=tuple(notes))

    def take_over_own_writes(self) -> None:
        """Execute the modules that ipyprod itself wrote to since: nothing to tell of."""
        for path, stamp in list(self._stamps.items()):
            if stamp != _stamp(path) and _content(path) != self._contents[path]:
                self._note_state(path)
                with suppress(IpyprodError):  # it fails when it is imported: the names keep theirs
                    self._refresh(path)

    def follow(self, info: Any) -> None:
        """Take over what was edited in a promoted file since, before a cell runs; never raises."""
        if info is None or not info.store_history:
            return
        try:
            for path in list(self._stamps):
                self._follow_file(path)
        except Exception as fault:  # noqa: BLE001 - a callback must never raise
            self._recorder.tell_fault(fault)

    def _follow_file(self, path: str) -> None:
        stamp = _stamp(path)
        if stamp is None or stamp == self._stamps[path]:
            return
        content = _content(path)
        is_same = content == self._contents[path]
        self._note_state(path)
        names = [name for name in self._promoted_names(path) if self._is_ours(name, path)]
        if is_same or not names:
            return
        file = Path(path).name
        try:
            lost = self._refresh(path)
        except IpyprodError as error:
            kept = ", ".join(names)
            _tell(f"{error.problem.partition('; ')[0]}: {kept} stays as it was")
            return
        new = [name for name in names if name not in lost]
        if new:
            _tell(f"{file} was edited: {', '.join(new)} is the new version from here on")
        if lost:
            _tell(f"{file} no longer defines {', '.join(lost)}: the session keeps what it had")

    def _refresh(self, path: str) -> list[str]:
        """Execute a module as it is now and bind its promoted names again; give those it lost."""
        names = [name for name in self._promoted_names(path) if self._is_ours(name, path)]
        if not names:
            return []
        before = {name: loaded_value(path, name) for name in names}
        module = execute_module(path)
        lost = [name for name in names if vars(module).get(name) is before[name]]
        for name in names:
            if name not in lost:
                self._shell.user_ns[name] = vars(module)[name]
        return lost

    def _forget_promotion(self, name: str, path: str) -> Iterable[str]:
        promotions = self._recorder.record.promotions
        mine = [p for p in promotions if (p.name, p.module_path) == (name, path)]
        promotions.remove(mine[-1])
        if len(mine) > 1:
            return [f"{name} is the version of the promotion before"]
        if name in self._own:
            self._shell.user_ns[name] = self._own.pop(name)
            return [f"{name} is the session's own definition again"]
        del self._shell.user_ns[name]
        return [f"{name} is no longer bound in the session"]

    def _promoted_names(self, path: str) -> list[str]:
        promotions = self._recorder.record.promotions
        return list(dict.fromkeys(p.name for p in promotions if p.module_path == path))

    def _is_ours(self, name: str, path: str) -> bool:
        """Whether the session's name still is what a promotion bound."""
        value = self._shell.user_ns.get(name)
        is_promoted = name in self._promoted_names(path)
        return is_promoted and value is not None and value is loaded_value(path, name)

    def _is_own(self, value: Any) -> bool:
        if isinstance(value, type):
            return value.__module__ == "__main__"
        return value.__globals__ is self._shell.user_ns and value.__closure__ is None

    def _note_state(self, path: str) -> None:
        self._stamps[path] = _stamp(path)
        self._contents[path] = _content(path)


def _stamp(path: str) -> _Stamp | None:
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _content(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""


def _tell(line: str) -> None:
    print(f"ipyprod: {line}", file=sys.stderr)  # noqa: T201 - an event has no result to carry it
