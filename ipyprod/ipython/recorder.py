"""IPython's events as a `Session`; the one mutable object of ipyprod."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from os import getcwd
from threading import get_ident
from time import perf_counter
from typing import Any

from IPython import version_info

from ipyprod.effects.values.types import describe_type
from ipyprod.ipython.cell_of_run import cell_of, error_of, python_of
from ipyprod.ipython.live_names import bound_in_text, is_opaque, live_names, words_of
from ipyprod.ipython.out_names import out_names, with_out
from ipyprod.ipython.outputs import output_size
from ipyprod.ipython.outside import Outside
from ipyprod.ipython.record import Record, Run
from ipyprod.ipython.replay import is_macro, read_code_elsewhere
from ipyprod.ipython.watching import Watcher
from ipyprod.session.cell import (
    Cell,
    Observation,
    PromotedName,
    Session,
    TypeNote,
)

_COUNT_GOES_UP_BEFORE_THE_RUN = version_info >= (9, 8)
_PASTE_LINE = frozenset({"%paste", "%cpaste", "paste", "cpaste"})

_MOST_PENDING = 64
# An interrupt that comes while ipyprod works ends that work, and not what the cell did.
_FAULTS = (Exception, KeyboardInterrupt)


class Recorder:
    """Listens to one shell. Its callbacks never raise."""

    def __init__(self, shell: Any, record: Record, watcher: Watcher) -> None:
        self.shell = shell
        self.record = record
        self._watcher = watcher
        self._outside = Outside()
        self._running: list[Run] = []
        self._has_told = False
        self._own_cell: str | None = None

    @property
    def session(self) -> Session:
        """Everything recorded so far."""
        record = self.record
        live = self._live()
        return Session(
            cells=tuple(record.cells),
            live=live,
            unrecorded=live & record.unrecorded,
            promotions=tuple(record.promotions),
            incomplete_from=record.incomplete_from,
            shows_rich=_shows_rich(self.shell),
        )

    def pre_run_cell(self, info: Any) -> None:
        """Hear that a cell begins."""
        try:
            self._begin(info)
        except _FAULTS as fault:  # a callback must never raise
            self._begin_again(info, fault)

    def post_run_cell(self, result: Any) -> None:
        """Hear that a cell ended; `result` may be None."""
        run: Run | None = None
        try:
            run = self._take_run(result)
            if run is not None:
                self._end(run, result)
        except _FAULTS as fault:  # a callback must never raise
            self._end_anyway(run, result, fault)
        finally:
            if not self._running:
                self._outside.stop()

    def _begin_again(self, info: Any, fault: BaseException) -> None:
        """Begin a cell once more: an alarm of the user's may have rung in between."""
        self.tell_fault(fault)
        try:
            self._running = [run for run in self._running if run.info is not info]
            self._begin(info)
        except _FAULTS:  # told already
            return

    def _end_anyway(self, run: Run | None, result: Any, fault: BaseException) -> None:
        """Keep a cell without what was seen of it, where something came in between."""
        self.tell_fault(fault)
        try:
            run = run or self._take_run(result)
            is_kept = run is not None and any(c.event == run.event for c in self.record.cells[-1:])
            if run is None or is_kept or not run.is_recorded or self._is_only_paste(run):
                return
            seconds = perf_counter() - run.started
            self._keep(run, result, error_of(run, result), Observation(), seconds)
            self.record.namespace_size = len(self.shell.user_ns)
        except _FAULTS:  # told already
            return

    def tell_fault(self, fault: BaseException) -> None:
        """Note that the record has a gap, and say so once."""
        if self.record.incomplete_from is None:
            self.record.incomplete_from = self.record.next_event
        if self._has_told:
            return
        self._has_told = True
        reason = f"{type(fault).__name__}: {fault}".split("\n", maxsplit=1)[0]
        try:
            sys.__stderr__.write(f"ipyprod: the record is incomplete from here ({reason})\n")  # type: ignore[union-attr] # None is caught below
        except Exception:  # noqa: BLE001 - the user's session goes on, whatever stderr has become
            return

    def stop(self) -> None:
        """Stop listening to the world; the record stays."""
        self._outside.stop()
        self._running.clear()
        self.record.namespace_size = None

    def run_as_cell(self, body: str) -> Cell | None:
        """Run the body of a `%%` magic of ours as a cell of its own, and give its record."""
        count = len(self.record.cells)
        self._own_cell = body
        try:
            self.shell.run_cell(body, store_history=False)
        finally:
            self._own_cell = None
        return self.record.cells[-1] if len(self.record.cells) > count else None

    def note_promotion(self, promoted: PromotedName) -> None:
        """Record that a name now comes from a module, from the cell that runs now on."""
        event = self._running[-1].event if self._running else self.record.next_event - 1
        if self._running and self._running[-1].held_paste:
            event = self.record.next_event - 1
        self.record.promotions.append(replace(promoted, event=max(event, 0)))
        self.record.unrecorded.discard(promoted.name)

    def ignore_own_work(self) -> None:
        """Forget the files and modules that ipyprod itself used in the cell that runs now."""
        self._outside.ignore()

    def _live(self) -> frozenset[str]:
        return live_names(self.shell.user_ns, self.shell.user_ns_hidden)

    # --- the beginning of a cell

    def _begin(self, info: Any) -> None:
        thread = get_ident()
        outer = next((run for run in reversed(self._running) if run.thread == thread), None)
        is_own = self._own_cell is not None and info.raw_cell == self._own_cell
        is_recorded = bool(info.store_history) or is_own
        namespace = self.shell.user_ns
        if outer is None:
            self._note_strangers(namespace)
        words = words_of(info.raw_cell)
        macro = is_macro(info.raw_cell, namespace)
        number = self._number(outer if is_own else None)
        run = Run(
            info=info,
            event=self.record.take_event() if is_recorded else -1,
            number=number,
            thread=thread,
            started=0.0,
            words=words,
            token=None,
            outer=outer,
            is_recorded=is_recorded,
            ids={} if is_recorded else {name: id(value) for name, value in namespace.items()},
            last_error_id=id(getattr(sys, "last_value", None)),
            macro=macro,
            folder=_working_folder(),
            shown=output_size(self.shell, number),
        )
        elsewhere = read_code_elsewhere(info.raw_cell, namespace)
        if elsewhere:
            run.replayed.append(elsewhere)
        for other in self._running:
            if other.thread != thread:
                other.is_overlapped = run.is_overlapped = True
        if len(self._running) >= _MOST_PENDING:
            self._running.pop(0)
        if not self._running:
            self._outside.start()
        self._running.append(run)
        try:
            names = words | out_names(words, namespace)
            run.token = self._watcher.before(names, with_out(words, namespace))
        except _FAULTS as fault:  # the cell is recorded all the same
            run.was_watched = False
            self.tell_fault(fault)
        run.started = perf_counter()

    def _number(self, outer: Run | None) -> int:
        if outer is not None:
            return outer.number
        count = int(self.shell.execution_count)
        return count - 1 if _COUNT_GOES_UP_BEFORE_THE_RUN else count

    def _note_strangers(self, namespace: Mapping[str, Any]) -> None:
        """Note names that appeared between cells: a callback or a thread bound them."""
        size = self.record.namespace_size
        if size is None or size == len(namespace):
            return
        known = self._known_names()
        self.record.unrecorded |= self._live() - known

    def _known_names(self) -> frozenset[str]:
        known: set[str] = set(self.record.unrecorded)
        for cell in self.record.cells:
            known |= cell.observation.bound | words_of(cell.text) | words_of(cell.replayed)
            if is_opaque(cell.text):
                known |= self._live()
        known |= {promotion.name for promotion in self.record.promotions}
        return frozenset(known)

    # --- the end of a cell

    def _take_run(self, result: Any) -> Run | None:
        info = getattr(result, "info", None)
        for run in reversed(self._running):
            if info is not None and run.info is info:
                return self._remove(run)
        if info is not None and (not info.raw_cell or info.raw_cell.isspace()):
            return None  # an empty cell: nothing began
        # An interrupted coroutine gets a new info (IPython 8.18 to 9.18) or no result at all.
        thread = get_ident()
        for run in reversed(self._running):
            if run.thread == thread and (info is None or run.info.raw_cell == info.raw_cell):
                return self._remove(run)
        return None

    def _remove(self, run: Run) -> Run:
        self._running = [other for other in self._running if other is not run]
        return run

    def _end(self, run: Run, result: Any) -> None:
        seconds = perf_counter() - run.started
        error = error_of(run, result)
        try:
            observation = self._observe(run, result, seconds)
        except _FAULTS as fault:  # the cell is recorded all the same
            self.tell_fault(fault)
            observation = Observation()
        if run.outer is not None:
            self._tell_outer(run, error, result)
        if run.is_recorded and not self._is_only_paste(run):
            self._keep(run, result, error, observation, seconds)
        elif run.outer is None and not run.is_recorded:
            self._note_hidden(run, observation)
        self.record.namespace_size = len(self.shell.user_ns)

    def _observe(self, run: Run, result: Any, seconds: float) -> Observation:
        unknown = is_opaque(run.info.raw_cell) or bool(run.replayed)
        observation = self._look_again(run, seconds, text_unknown=unknown)
        value = getattr(result, "result", None)
        observation = replace(
            observation,
            has_result=value is not None or run.nested_result,
            has_output=output_size(self.shell, run.number) > run.shown,
            result=self._result_note(value),
        )
        if run.is_overlapped:
            observation = replace(observation, is_complete=False)
        if self._running:
            return observation
        outside = self._outside.take(result)
        return replace(observation, side_effects=outside.side_effects, modules=outside.modules)

    def _result_note(self, value: Any) -> TypeNote | None:
        try:
            return None if value is None else describe_type(value)
        except _FAULTS:  # what cannot be described is not described
            return None

    def _look_again(self, run: Run, seconds: float, *, text_unknown: bool) -> Observation:
        if not run.was_watched:
            return Observation()
        namespace = self.shell.user_ns
        try:
            return self._watcher.after(
                run.token,
                run.words | out_names(run.words, namespace),
                with_out(run.words, namespace),
                seconds=seconds,
                text_unknown=text_unknown,
            )
        except _FAULTS as fault:  # the cell is recorded all the same
            self.tell_fault(fault)
            return Observation()

    def _tell_outer(self, run: Run, error: BaseException | None, result: Any) -> None:
        outer = run.outer
        if outer is None:
            return
        if run.is_recorded:
            outer.held_paste = True
            return
        body = run.info.raw_cell.strip()
        is_held = outer.info.raw_cell.lstrip().startswith("%%") and body in outer.info.raw_cell
        if not is_held:
            outer.replayed.append(run.info.raw_cell)
            outer.nested_result = outer.nested_result or getattr(result, "result", None) is not None
        outer.replayed.extend(run.replayed)
        outer.nested_error = outer.nested_error or error

    def _is_only_paste(self, run: Run) -> bool:
        """Whether the cell only ran another one that is recorded for itself."""
        text = run.info.raw_cell.strip()
        words = text.split()
        if not run.held_paste or not words:
            return False
        return (words[0] in _PASTE_LINE and "\n" not in text) or words[0].startswith("%%")

    def _keep(
        self,
        run: Run,
        result: Any,
        error: BaseException | None,
        observation: Observation,
        seconds: float,
    ) -> None:
        text = run.info.raw_cell
        cell = replace(
            cell_of(run, result, error, self.shell.user_global_ns),
            observation=observation,
            seconds=seconds,
        )
        self.record.add(cell)
        unrecorded = self.record.unrecorded
        if unrecorded and not unrecorded.isdisjoint(run.words):
            unrecorded -= bound_in_text(cell.python)
        # A full look also sees what appeared before the cell: only an opaque text can bind that.
        unrecorded -= observation.bound if is_opaque(text) else observation.bound & run.words

    def _note_hidden(self, run: Run, observation: Observation) -> None:
        """Note what a cell that is not recorded bound: the source of these names is gone."""
        namespace = self.shell.user_ns
        bound = {name for name, value in namespace.items() if run.ids.get(name) != id(value)}
        bound |= bound_in_text(python_of(run)) & namespace.keys()
        self.record.unrecorded |= (bound | observation.changed) & self._live()


def _shows_rich(shell: Any) -> bool:
    """Whether more than plain text is made of what a cell shows: not in a terminal."""
    formatter = getattr(shell, "display_formatter", None)
    return set(getattr(formatter, "active_types", ())) > {"text/plain"}


def _working_folder() -> str:
    try:
        return getcwd()  # noqa: PTH109 - 1 us for each cell, where pathlib takes 4
    except OSError:
        return ""
