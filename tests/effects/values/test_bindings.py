"""Which names are bound anew between two moments."""

from ipyprod.effects.values.bindings import BindingWatcher


def noted(namespace):
    watcher = BindingWatcher()
    for name, value in namespace.items():
        watcher.note(name, value)
    return watcher


def test_a_name_that_was_there_for_one_cell_alone_makes_no_other_look_new():
    namespace = {"kept": [1], "other": [2]}
    watcher = noted(namespace)
    during = {**namespace, "out_3": [3]}
    watcher.changed_since(watcher.now(namespace), during, scan_all=False)

    assert watcher.catch_up(namespace) == set()


def test_what_was_bound_deleted_and_left_between_two_cells_is_told_apart():
    namespace = {"kept": [1], "gone": None, "bound": [2]}
    watcher = noted(namespace)
    watcher.changed_since(watcher.now(namespace), namespace, scan_all=False)
    del namespace["gone"]
    namespace.update(bound=[3], new=[4])

    assert watcher.catch_up(namespace) == {"gone", "bound", "new"}
    assert watcher.catch_up(namespace) == set()
