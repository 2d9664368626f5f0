"""Text and observation of one cell brought together, statement by statement."""

import ast
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ipyprod.lineage.effects import StatementEffects
from ipyprod.lineage.file_states import FILE, linked_with, same_file
from ipyprod.lineage.library_settings import LIBRARY, roots_of
from ipyprod.lineage.session_code import may_draw
from ipyprod.lineage.text_findings import TextEffects
from ipyprod.session.cell import Observation, SideEffectKind
from ipyprod.source.ambient_text import SET_AGAIN
from ipyprod.source.chains import root_name
from ipyprod.source.purity import LOOKING_METHODS
from ipyprod.source.statements import Finish, StatementKind

_DRAWN = frozenset({"pyplot", "rcParams"})  # looked at after each cell
GENERATORS = frozenset({"random", "numpy.random", "torch.random"})


@dataclass(slots=True)
class CellResolver:
    """Decides what each statement of one cell did, in the light of what was seen of the cell."""

    texts: Sequence[TextEffects]
    seen: Observation
    alive_before: frozenset[str]
    exact: frozenset[str] = frozenset()  # names whose parts were told apart, equal ones too
    overdue: frozenset[str] = frozenset()  # changed before the cell, seen in it for the first time
    linked: Sequence[frozenset[str]] = ()  # files with several names
    left_out: frozenset[str] = frozenset()  # names bound by what has no statement
    classes: Mapping[str, set[str]] = field(default_factory=dict)  # with what changes with each
    library_classes: frozenset[str] = frozenset()
    binders: Counter[str] = field(default_factory=Counter)
    candidates: Counter[str] = field(default_factory=Counter)

    def resolve(self) -> list[StatementEffects]:
        """Return the effects of every statement of the cell."""
        self.explain_bindings()
        for text in self.texts:
            self.binders.update(text.touches)
        self.explain_changes()
        self.explain_ambient()
        for text in self.texts:
            self.candidates.update(text.changes)
        return [self._effects(text) for text in self.texts]

    def _suspects(self) -> list[TextEffects]:
        opaque = [t for t in self.texts if t.is_opaque or t.statement.names.has_star_import]
        calling = [t for t in self.texts if t.can_do_anything]
        return opaque or calling or list(self.texts)

    def explain_bindings(self) -> None:
        """Lay names that were bound without a word in the text at the door of calls."""
        explained = frozenset[str]().union(*(t.touches for t in self.texts))
        hidden = self.seen.bound - explained - self.left_out | self._revived()
        if not hidden:
            return
        suspects = self._suspects()
        for text in suspects:
            text.may_bind |= hidden

    def _revived(self) -> frozenset[str]:
        """Return what was deleted in the cell and is alive at its end, as the very same object.

        del n; exec("n = 1")
        """
        if not self.seen.is_complete:
            return frozenset()
        deleted = frozenset[str]().union(*(t.statement.names.deletes for t in self.texts))
        return deleted & self.alive_before - self.seen.deleted

    def explain_changes(self) -> None:
        """Lay changes without a word in the text at the door of calls."""
        explained = {n for t in self.texts for n in t.changes | set(t.patches) | t.certain_binds}
        hidden = (self.seen.changed | self.seen.weak) - explained - self.overdue
        asked = frozenset[str]().union(*(t.asked for t in self.texts if t.only_asks))
        if all(t.only_asks for t in self.texts if t.can_do_anything):
            hidden -= asked
        if not hidden:
            return
        suspects = [t for t in self.texts if t.can_do_anything or t.is_opaque]
        for text in suspects or self.texts:
            text.changes |= hidden
            text.patches.update((n, self.classes[n]) for n in hidden & self.classes.keys())
            text.reads.update(dict.fromkeys(sorted(text.ending)))

    def explain_ambient(self) -> None:
        """Do the same for ambient state, and forget draws that were seen not to happen."""
        written = {state for t in self.texts for state in t.ambient_writes}
        files = {
            f"file:{effect.target}"
            for effect in self.seen.side_effects
            if effect.kind is SideEffectKind.FILE_WRITTEN
        }
        known_files = [s for s in written if s.startswith("file:")]
        hidden = {s for s in self.seen.ambient if s not in written}
        hidden |= {f for f in files if not any(same_file(f, k) for k in known_files)}
        suspects = [t for t in self.texts if t.can_do_anything]
        loaded = self._explain_loading(hidden, suspects)
        if all(t.only_asks for t in suspects or self.texts):
            hidden.discard("pyplot")  # figures work out their limits when they are asked
        if suspects:
            self._explain_stores(hidden)
        for text in suspects or self.texts:
            own = hidden - {"pyplot"} if text.only_asks else hidden
            text.ambient_writes |= own - loaded
            text.weak_writes |= loaded
            text.ambient_reads |= hidden & GENERATORS
            self._note_file_reads(text)
        for text in self.texts:
            text.ambient_writes |= _places_seen(text.ambient_writes, files)
            linked = linked_with(text.ambient_writes, self.linked)
            text.ambient_writes |= linked
            text.ambient_reads |= linked | linked_with(text.ambient_reads, self.linked)
        self._explain_draws(suspects)
        if not self.seen.is_complete:
            return
        still = (GENERATORS | _DRAWN) - self.seen.ambient - self.seen.ambient_weak
        for text in self.texts:
            if text.statement.finish is Finish.RAISED:
                text.ambient_writes -= still & _DRAWN
        still &= GENERATORS
        for text in self.texts:
            still -= {g for g in GENERATORS if SET_AGAIN + g in text.ambient_writes}
        for text in self.texts:
            draws = text.ambient_writes & text.ambient_reads & still
            text.ambient_writes -= draws
            text.ambient_reads -= draws - text.only_read

    def _explain_stores(self, hidden: set[str]) -> None:
        """Lay what changed in modules at the door of stores too, beside that of calls.

        m.K = 10; show(m)
        ^ `m` may stand for a module
        """
        states = {state for state in hidden if state.startswith(LIBRARY)}
        for text in self.texts:
            if text.statement.names.stores:
                text.ambient_writes |= states

    def _explain_loading(self, hidden: set[str], suspects: Sequence[TextEffects]) -> frozenset[str]:
        """Lay what libraries do as they are loaded at the door of imports.

        Returns what nothing else has to be suspected of: attributes that were set on modules, where
        no call was made for its effect alone.

            from tqdm import tqdm         may have set something
            tqdm.pandas()                 may have, too
            squares = list(tqdm(rows))    did not
        """
        loading = [t for t in self.texts if t.statement.kind is StatementKind.IMPORT]
        if not self.seen.modules or not loading or not suspects:
            return frozenset()
        for text in loading:
            text.ambient_writes |= hidden & GENERATORS
            text.ambient_reads |= hidden & GENERATORS
        attributes = frozenset(state for state in hidden if state.startswith("module:"))
        for_effect = [t for t in suspects if t.statement.kind is StatementKind.EXPRESSION]
        for text in (*loading, *for_effect):
            text.ambient_writes |= attributes
        return attributes

    def _explain_draws(self, suspects: Sequence[TextEffects]) -> None:
        """Take calls that nobody knows for draws where a generator was set and drawn in one cell.

        np.random.seed(0)
        noise = make_noise()
                ^ may draw: the seed alone explains the change that was seen
        """
        for state in GENERATORS & (self.seen.ambient | self.seen.ambient_weak):
            if not any(state in t.statement.names.ambient_resets for t in self.texts):
                continue
            for text in suspects:
                if state not in text.ambient_writes and may_draw(text.statement):
                    text.ambient_writes.add(state)
                    text.ambient_reads.add(state)

    def _note_file_reads(self, text: TextEffects) -> None:
        for effect in self.seen.side_effects:
            if effect.kind is SideEffectKind.FILE_READ:
                text.ambient_reads.add(f"file:{effect.target}")

    def _effects(self, text: TextEffects) -> StatementEffects:
        names = text.statement.names
        kills, binds = self._bindings(text)
        patched = {
            n
            for name, names_with_it in text.patches.items()
            if self._verdict(name, text) != "unchanged"
            for n in names_with_it
        }
        kept: set[str] = set(patched)
        weak: set[str] = set()
        untold: set[str] = set()
        passing: set[str] = set()
        for name in text.changes:
            verdict = self._verdict(name, text)
            if verdict == "weak" and name in text.remembered:
                continue
            if verdict == "unchanged" and not self._may_be_relinked(name, text):
                if self.candidates[name] > 1:
                    passing.add(name)
                continue
            kept.add(name)
            if verdict == "weak":
                weak.add(name)
            elif verdict == "text":
                untold.add(name)
        untold -= names.stores | {_receiver(text.statement.node)}
        text.ambient_writes |= self._settings(text, kept)
        reads = dict.fromkeys((*names.reads, *text.reads))
        return StatementEffects(
            reads=tuple(reads),
            certain_reads=frozenset(names.reads),
            binds=binds,
            kills=kills,
            changes=frozenset(kept),
            certain_changes=frozenset(kept) & (names.stores | self.seen.changed),
            weak_changes=frozenset(weak),
            doubtful_changes=frozenset(untold if self._is_shown(text) else ()),
            untold_changes=frozenset(untold),
            remembered_files=frozenset(weak & text.remembered_files),
            text_changes=frozenset(text.changes | patched),
            passing_changes=frozenset(passing),
            ambient_reads=frozenset(text.ambient_reads),
            ambient_writes=frozenset(text.ambient_writes),
            weak_writes=frozenset(text.weak_writes),
            ambient_resets=names.ambient_resets,
            is_opaque=text.is_opaque and not self.seen.is_complete,
            outputs=text.outputs,
            item_store=text.item_store,
        )

    def _settings(self, text: TextEffects, kept: set[str]) -> frozenset[str]:
        """Return the states of libraries that a call set, in the light of what else it did.

        setattr(Fraction, name, half)
        ^ seen to change a class that other values of the library may be of
        """
        settings, seen = text.settings, self.seen
        patched = kept & self.library_classes & (seen.changed | text.statement.names.stores)
        if patched:
            return settings.called | {LIBRARY + name for name in patched}
        if not seen.is_complete:
            return settings.called | settings.perhaps
        own = roots_of(settings.called | settings.perhaps)  # what came from a library
        if (kept & (seen.changed | seen.weak)) - own:
            return frozenset()
        found = settings.called
        if not self._is_shown(text):
            found |= settings.perhaps
        if settings.silent and not self._did_show_something(text):
            found |= {settings.silent}
        return found

    def _is_shown(self, text: TextEffects) -> bool:
        return self.seen.has_result and text is self.texts[-1]

    def _did_show_something(self, text: TextEffects) -> bool:
        """Whether a call that binds nothing may have been made for something that was seen."""
        seen = self.seen
        return bool(
            seen.has_output
            or seen.changed
            or seen.weak
            or seen.ambient
            or seen.side_effects
            or self._is_shown(text)
            or text.statement.finish is not Finish.DONE
        )

    def _may_be_relinked(self, name: str, text: TextEffects) -> bool:
        """Whether a part may have been replaced by an equal object that another name holds.

        box.items = lst
            ^ of equal content before and after, but another list

        What did not share with `box` before holds none of its parts, and what holds a list that
        was seen to change was seen to change, too.
        """
        if name in self.exact:
            return False
        together = [group for group in self.seen.groups if name in group]
        return any(
            link.stored in group and (link.held - {link.stored, name}) & group
            for link in text.links
            if (link.near is None or name in link.near)
            and not (link.is_fill and name != link.stored and link.stored in self.seen.changed)
            for group in together
        )

    def _verdict(self, name: str, text: TextEffects) -> str:
        seen = self.seen
        if name in seen.changed:
            return "changed"
        if name in seen.weak:
            return "weak"
        if name in seen.unknown:
            return "text"
        others = self.binders[name] - (name in text.touches)
        is_anew = name in seen.bound or name in seen.deleted or others > 0
        if is_anew and name in text.repeatable:
            return "unchanged"
        if is_anew or name in text.statement.made_names:
            return "text"
        if name in text.unwatched:
            return "text"
        if name in seen.unchanged:
            return "unchanged"
        return "unchanged" if seen.is_complete and name in self.alive_before else "text"

    def _bindings(self, text: TextEffects) -> tuple[frozenset[str], frozenset[str]]:
        """Return the names that the statement bound or deleted for certain, and all it may have."""
        statement, seen = text.statement, self.seen
        everything = text.certain_binds | text.may_bind
        if statement.finish is Finish.RAISED:
            partly = frozenset(n for n in everything if self._was_bound_by_failure(n, text))
            return frozenset(), partly
        if statement.finish is Finish.UNKNOWN:
            if seen.is_complete:
                ghosts = {n for n in everything if self._is_own(n, text) and n not in seen.bound}
                ghosts = {name for name in ghosts if not _is_unwatched(name)}
                everything -= ghosts - seen.unknown - seen.deleted - statement.made_names
            return frozenset(), everything
        kills = set(text.certain_binds | statement.names.deletes)
        binds = set(everything)
        if not seen.is_complete:
            return frozenset(kills), frozenset(binds)
        for name in text.may_bind - text.certain_binds:
            is_unseen = name in statement.made_names or _is_unwatched(name)
            if is_unseen or not self._is_own(name, text):
                continue
            if name in seen.bound | seen.deleted:
                kills.add(name)
            elif name not in seen.unknown | seen.changed | seen.weak:
                # what looks changed may be another object at the address of the old one
                binds.discard(name)
        return frozenset(kills), frozenset(binds)

    def _is_own(self, name: str, text: TextEffects) -> bool:
        """Whether no other statement of the cell can have bound or deleted a name."""
        return not any(name in t.touches or t.is_opaque for t in self.texts if t is not text)

    def _was_bound_by_failure(self, name: str, text: TextEffects) -> bool:
        is_seen = name in self.seen.bound | self.seen.deleted or _is_unwatched(name)
        if self.seen.is_complete and not is_seen:
            # b = [1]; (b := 5) + d: `b` may be the very 5 that it was before the cell
            # del b; for b in rows: ...  it is alive, so that it was bound after it was deleted
            return not self._is_own(name, text)
        if name in text.may_bind or name not in _bound_last(text.statement.node):
            return True
        by_others = any(
            name in t.certain_binds
            for t in self.texts
            if t is not text and t.statement.finish is Finish.DONE
        )
        return self.seen.is_complete and not by_others


def _places_seen(written: Collection[str], seen: Collection[str]) -> set[str]:
    """Return where the files that a text names were seen to be written.

    os.chdir("sub"); open("in.txt", "w")
                          ^ /home/me/sub/in.txt: inside `sub`, which its name does not tell
    """
    named = [state for state in written if state.startswith(FILE)]
    return {place for place in seen if any(same_file(place, state) for state in named)}


def _receiver(node: ast.stmt) -> str:
    """Return the name whose method a statement calls, "" where it does not, or only looks.

    model.steps[0].fit(x)
    ^ what such a call is made for, as a rule; not `model.summary()`
    """
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call):
        return ""
    is_look = isinstance(call.func, ast.Attribute) and call.func.attr in LOOKING_METHODS
    return "" if is_look else root_name(call)


def _bound_last(node: ast.stmt) -> frozenset[str]:
    """Return the names that a statement binds as the last thing it does, or not at all.

    a, b = f(x)
    ^ when `f` fails, neither is bound
    """
    targets: list[ast.expr] = []
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return frozenset({node.name})
        case ast.Import(names=[one]):
            return frozenset({(one.asname or one.name).partition(".")[0]})
        case ast.ImportFrom(names=[one]):
            return frozenset({one.asname or one.name})
        case ast.Assign(targets=[ast.Tuple(elts=parts) | ast.List(elts=parts)]):
            targets = [p.value if isinstance(p, ast.Starred) else p for p in parts]
        case ast.Assign():
            targets = node.targets
        case ast.AnnAssign() | ast.AugAssign():
            targets = [node.target]
    if not all(isinstance(target, ast.Name) for target in targets):
        return frozenset()
    walrus = {p.target.id for p in ast.walk(node) if isinstance(p, ast.NamedExpr)}
    return frozenset(t.id for t in targets if isinstance(t, ast.Name)) - walrus


def _is_unwatched(name: str) -> bool:
    """Whether observations are silent about a name: the console keeps results under it."""
    return not name.strip("_") or (name.startswith("__") and name.endswith("__"))
