"""One console with ipyprod loaded: its record, its settings, its workflows."""

import importlib
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from IPython.core.inputtransformer2 import TransformerManager

from ipyprod.errors import InternalError, IpyprodError
from ipyprod.ipython.bindings import PromotedBindings
from ipyprod.ipython.display import ResultFormatters
from ipyprod.ipython.options import Command
from ipyprod.ipython.recorder import Recorder
from ipyprod.ipython.settings import read_settings
from ipyprod.ipython.takeover import find_earlier_cells
from ipyprod.workflows.workbench import SessionReader, Workbench

if TYPE_CHECKING:
    from collections.abc import Callable


class Console:
    """Runs workflows on one shell's session."""

    def __init__(self, shell: Any, recorder: Recorder, formatters: ResultFormatters) -> None:
        self.shell = shell
        self.recorder = recorder
        self.formatters = formatters
        self._reader = SessionReader()
        self.bindings = PromotedBindings(shell, recorder)
        self._configured: Callable[[], dict[str, Any]] = dict
        self._modules = _own_modules()

    def settings_of(self, configurable: Any, names: tuple[str, ...]) -> None:
        """Take the settings from the traits of `configurable`, as they are at each use."""
        self._configured = lambda: {name: getattr(configurable, name) for name in names}

    def workbench(self) -> Workbench:
        """Give what a workflow may see of the console, as it is now.

        Raises:
            IpyprodError: the working directory is gone, or a setting is wrong.

        """
        try:
            folder = str(Path.cwd())
        except FileNotFoundError as error:
            raise IpyprodError(
                "The working directory does not exist any more", hint="go to another with %cd"
            ) from error
        return Workbench(
            session=self.recorder.session,
            namespace=self.shell.user_ns,
            transform=TransformerManager().transform_cell,
            folder=folder,
            settings=read_settings(self._configured(), folder),
            earlier=lambda part: find_earlier_cells(self.shell, part),
            reader=self._reader,
        )

    def run(self, command: Command, arguments: dict[str, Any]) -> Any:
        """Run one workflow and give its result.

        Raises:
            IpyprodError: something that the user can put right, or a fault of ipyprod itself, which
                is told in one line as well.

        """
        module, _, function = command.workflow.partition(":")
        # A cell may have emptied `sys.modules`: a second copy of us would not know its own kinds.
        for name, loaded in self._modules.items():
            sys.modules.setdefault(name, loaded)
        try:
            workflow = getattr(importlib.import_module(module), function)
            result = workflow(self.workbench(), **arguments)
            self.formatters.add(type(result))
            if not arguments.get("dry_run"):
                result = self._bind(result)
                self.bindings.take_over_own_writes()
        except IpyprodError:
            raise
        except Exception as fault:
            raise _internal_error(command, fault) from fault
        finally:
            self._modules = _own_modules()
            self.recorder.ignore_own_work()
        return result

    def _bind(self, result: Any) -> Any:
        """Bind what a promotion wrote, and what was bound before a write that was taken back."""
        match type(result).__name__:
            case "Promotion" if result.was_written or result.edit.before == result.edit.after:
                return self.bindings.bind(result)
            case "UndoResult":
                return self.bindings.give_back(result)
        return result


def _internal_error(command: Command, fault: Exception) -> InternalError:
    """Tell of a fault of ipyprod itself in one line, with the place to look at."""
    frames = traceback.extract_tb(fault.__traceback__)
    own = [frame for frame in frames if "ipyprod" in Path(frame.filename).parts]
    place = f" at {Path(own[-1].filename).name}:{own[-1].lineno}" if own else ""
    reason = f"{type(fault).__name__}: {fault}".split("\n", maxsplit=1)[0]
    return InternalError(
        f"{command.spelling} failed inside ipyprod{place} ({reason})",
        hint="your session is as it was; `%ipyprod log` shows what was written",
    )


def _own_modules() -> dict[str, ModuleType]:
    loaded = list(sys.modules.items())
    return {name: module for name, module in loaded if name.split(".")[0] == "ipyprod"}
