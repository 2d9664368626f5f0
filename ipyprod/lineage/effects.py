"""What one statement did: its text and what was seen of its cell, brought together."""

from dataclasses import dataclass

from ipyprod.lineage.item_stores import ItemStore

Position = tuple[int, int]  # (event, index) of a statement


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementEffects:
    """The effects of one statement that ran, those of the session functions it calls included.

    `reads` are the names that it needs, the certain ones first, in order of first use. `binds` are bound, certainly or
    perhaps; `kills` are certainly bound anew or deleted. `changes` are the names whose object is
    changed or may be, through whatever name; `certain_changes` those of them that the text or the
    observation leaves no doubt about, `weak_changes` those that were only seen to fill a cache; `remembered_files` fill it with
    what a file holds, which is the same later unless the file is written.
    `doubtful_changes` are those that only the text speaks for, of what is passed to a call whose value
    was shown: `table(df)` is a look, most likely. `untold_changes` are the same of any call: nobody could see whether
    `fit(df)` changes what its own cell bound. `text_changes` are all names that the text alone could change (`changes` is a part of them), and
    `passing_changes` those that were the same after the cell as before, but may have been different
    in between. `bound_again` are packages that an import was seen to bind to what they stood for. `weak_writes` are ambient states that most likely an import beside it wrote. `certain_reads` are read by the statement's own text. `is_opaque`: it may
    have bound any name. `outputs` says what it leaves behind: "file:PATH", "pyplot", "print".
    `item_store` is the one item that it stores, where it does nothing else.
    """

    reads: tuple[str, ...] = ()
    certain_reads: frozenset[str] = frozenset()
    binds: frozenset[str] = frozenset()
    kills: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    certain_changes: frozenset[str] = frozenset()
    weak_changes: frozenset[str] = frozenset()
    doubtful_changes: frozenset[str] = frozenset()
    untold_changes: frozenset[str] = frozenset()
    remembered_files: frozenset[str] = frozenset()
    text_changes: frozenset[str] = frozenset()
    passing_changes: frozenset[str] = frozenset()
    bound_again: frozenset[str] = frozenset()
    ambient_reads: frozenset[str] = frozenset()
    ambient_writes: frozenset[str] = frozenset()
    weak_writes: frozenset[str] = frozenset()
    ambient_resets: frozenset[str] = frozenset()
    is_opaque: bool = False
    outputs: tuple[str, ...] = ()
    item_store: ItemStore | None = None
