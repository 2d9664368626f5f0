"""What changes without a look at it: beside the session, or by way of what a library was given."""

from ipyprod.lineage.held_states import DECIMAL
from ipyprod.lineage.library_settings import GIVEN
from ipyprod.lineage.name_facts import STREAMS, NameFacts
from ipyprod.lineage.replaced_names import uses_of
from ipyprod.lineage.session_code import NO_TOKENS, Called, follow, runs_code
from ipyprod.lineage.text_findings import TextEffects, taken_in_turn
from ipyprod.lineage.waiting import waits


def find_unwatched(facts: NameFacts, found: TextEffects, called: Called) -> None:
    """Add what changes beside the session, or by code that a library was given to call.

    warnings.showwarning = note
    warnings.warn("odd")
    ^ calls `note`
    """
    names = found.statement.names.reads
    workers = [name for name in names if name in facts.beside]
    for name in workers:
        facts.beside[name] |= found.changes
    if workers and waits(found.statement):
        found.unwatched.update(*(facts.beside[name] for name in workers))
    found.unwatched |= {n for n in found.changes if DECIMAL in facts.states.get(n, ())}
    for name in facts.viewing(found.touches, found.statement):
        found.unwatched |= facts.sharing.partners(name)  # can be resized from now on
    _find_printed(facts, found)
    if facts.replaced:
        _find_replaced(facts, found, called)
    given = {n for n in names if n in facts.imported and facts.codes.get(n)}
    hooks = NO_TOKENS.union(*(facts.codes[n] for n in given))
    if hooks and runs_code(found.statement):
        found.ambient_reads |= {GIVEN + name for name in given}
        hooked = follow(hooks, lambda n: facts.codes.get(n, NO_TOKENS), facts.known.__getitem__)
        found.unwatched |= hooked.changes
    found.unwatched &= facts.bound - facts.fixed
    facts.overdue |= found.unwatched
    found.unwatched |= taken_in_turn(found, facts.kinds)
    found.changes |= found.unwatched


def _find_replaced(facts: NameFacts, found: TextEffects, called: Called) -> None:
    """Add what is changed and read by way of what the session put into a library."""
    codes = [facts.known[token] for token in called.tokens]
    use = uses_of(found.statement, codes, facts.replaced, facts.bound)
    run = follow(use.tokens, lambda n: facts.codes.get(n, NO_TOKENS), facts.known.__getitem__)
    found.unwatched |= facts.sharing.expand(use.names | run.changes)
    found.ambient_reads |= use.states
    found.reads.update(dict.fromkeys(sorted(use.names)) | run.reads)


def _find_printed(facts: NameFacts, found: TextEffects) -> None:
    """Note what is printed to where the session told `print` to write to.

    sys.stdout = open("log.txt", "w")
    print("kept")
    sys.stdout.close()
               ^ writes all of it to the file
    """
    prints = "print" in found.outputs
    if facts.printed_to and prints:
        found.unwatched |= facts.sharing.expand(facts.printed_to)
        found.ambient_reads.add("module:sys")
    is_named = not STREAMS.isdisjoint(found.statement.names.attributes)
    if facts.printed and (prints or is_named):
        found.ambient_reads.add("module:sys")
        found.ambient_writes.add(facts.printed)
        if is_named:
            found.ambient_reads.add(facts.printed)
