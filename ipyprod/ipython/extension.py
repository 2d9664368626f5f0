"""What loading adds to a shell, and its exact reverse."""

import sys
from typing import Any

from ipyprod.effects.values.watcher import ValueWatcher
from ipyprod.ipython.completion import CommandMatcher
from ipyprod.ipython.console import Console
from ipyprod.ipython.display import ResultFormatters
from ipyprod.ipython.magics import SETTINGS, IPyProd
from ipyprod.ipython.record import Record
from ipyprod.ipython.recorder import Recorder
from ipyprod.ipython.takeover import take_over

_RECORD = "_ipyprod_record"
_EXTENSION = "_ipyprod_extension"
_EVENTS = ("pre_run_cell", "post_run_cell")


class Extension:
    """Everything that one shell got."""

    def __init__(self, shell: Any, record: Record) -> None:
        self._shell = shell
        self.recorder = Recorder(shell, record, ValueWatcher())
        self._formatters = ResultFormatters(shell)
        self.console = Console(shell, self.recorder, self._formatters)
        self._magics = IPyProd(shell, self.console)
        self.console.settings_of(self._magics, SETTINGS)
        self._matcher = CommandMatcher(self.recorder, shell)

    def add(self) -> None:
        """Add callbacks, magics and completion."""
        shell = self._shell
        shell.register_magics(self._magics)
        if self._magics not in shell.configurables:
            shell.configurables.append(self._magics)
        if shell.Completer is not None:
            shell.Completer.custom_matchers.append(self._matcher)
        # Before the recorder hears of the cell: a new version is no effect of the cell.
        shell.events.register("pre_run_cell", self.console.bindings.follow)
        for event in _EVENTS:
            shell.events.register(event, getattr(self.recorder, event))

    def take_back(self) -> None:
        """Remove what `add` and use added, and nothing else."""
        shell = self._shell
        ours = [("pre_run_cell", self.console.bindings.follow)]
        ours += [(event, getattr(self.recorder, event)) for event in _EVENTS]
        for event, callback in ours:
            if callback in shell.events.callbacks[event]:
                shell.events.unregister(event, callback)
        if shell.Completer is not None and self._matcher in shell.Completer.custom_matchers:
            shell.Completer.custom_matchers.remove(self._matcher)
        manager = shell.magics_manager
        for kind, own in self._magics.magics.items():
            table = manager.magics[kind]
            for name, function in own.items():
                if table.get(name) == function:
                    del table[name]
        if manager.registry.get("IPyProd") is self._magics:
            del manager.registry["IPyProd"]
        if self._magics in shell.configurables:
            shell.configurables.remove(self._magics)
        self._formatters.remove_all()
        self.recorder.stop()


def find_extension(shell: Any) -> Extension | None:
    """Give what is loaded in a shell, None where nothing is."""
    found = getattr(shell, _EXTENSION, None)
    return found if isinstance(found, Extension) else None


def install(shell: Any) -> None:
    """Start watching; what was recorded before an unload goes on."""
    if find_extension(shell) is not None:
        return
    record = getattr(shell, _RECORD, None)
    if not isinstance(record, Record):
        record = Record()
    extension = Extension(shell, record)
    taken = take_over(shell, record)
    extension.add()
    setattr(shell, _RECORD, record)
    setattr(shell, _EXTENSION, extension)
    if taken:
        cells = "1 cell that was" if taken == 1 else f"{taken} cells that were"
        print(  # noqa: T201 - loading has no result that could carry it
            f"ipyprod: took over {cells} run before, outcome unknown", file=sys.stderr
        )


def remove(shell: Any) -> None:
    """Stop watching and leave the shell as it was; the record waits for a reload."""
    extension = find_extension(shell)
    if extension is None:
        return
    extension.take_back()
    delattr(shell, _EXTENSION)
