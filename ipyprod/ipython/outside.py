"""What a cell did outside the shell: files, network, programs, and the modules that it loaded."""

import sys
from typing import Any

from ipyprod.effects.audit import AuditLog
from ipyprod.ipython.outcomes import module_file
from ipyprod.session.cell import ImportedModule, Observation, SideEffectKind


class Outside:
    """Listens while a cell runs."""

    def __init__(self) -> None:
        self._audit = AuditLog()
        self._modules = set(sys.modules)

    def start(self) -> None:
        """Begin to listen."""
        if len(sys.modules) != len(self._modules):
            self._modules = set(sys.modules)
        self._audit.start()

    def stop(self) -> None:
        """Listen no more, and forget what was heard."""
        self._audit.stop()

    def ignore(self) -> None:
        """Forget what was heard and loaded until now, and go on listening."""
        self._modules.update(sys.modules)
        self._audit.start()

    def take(self, result: Any) -> Observation:
        """Stop listening, and give what was heard of the cell that ended with `result`."""
        effects = self._audit.stop()
        if getattr(result, "success", False) is not True:
            # Showing a traceback reads the source files of its frames.
            effects = tuple(
                effect
                for effect in effects
                if effect.kind is not SideEffectKind.FILE_READ or not effect.target.endswith(".py")
            )
        modules = self._new_modules()
        loaded = {module.file for module in modules}
        effects = tuple(effect for effect in effects if effect.target not in loaded)
        return Observation(side_effects=effects, modules=modules)

    def _new_modules(self) -> tuple[ImportedModule, ...]:
        if len(sys.modules) == len(self._modules):
            return ()
        new = [name for name in list(sys.modules) if name not in self._modules]
        self._modules = set(sys.modules)
        return tuple(
            ImportedModule(name=name, file=module_file(sys.modules.get(name))) for name in new
        )
