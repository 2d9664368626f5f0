"""What the recorder asks of the look at live values."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from ipyprod.session.cell import Observation


class Watcher(Protocol):
    """What looks at live values before and after a cell; see `ipyprod.effects.values`."""

    def before(self, names: Collection[str], namespace: Mapping[str, Any]) -> Any:
        """Look at what a cell may touch."""

    def after(
        self,
        token: Any,
        names: Collection[str],
        namespace: Mapping[str, Any],
        *,
        seconds: float,
        text_unknown: bool,
    ) -> Observation:
        """Look again and compare."""
