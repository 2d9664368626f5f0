"""Files as ambient state: which of those that one statement writes another one needs.

`file:PATH` is one file or folder by its path, `folder:PATH` whatever lies below a folder, and
`folder:` files anywhere, as a program may write them. `place:PATH` is wanted for a file that is
written: the folders that it stands in.
"""

from collections.abc import Iterable

FILE, FOLDER, PLACE = "file:", "folder:", "place:"


def is_file_state(state: str) -> bool:
    """Whether the state is about files."""
    return state.startswith((FILE, FOLDER))


def files_of(states: Iterable[str]) -> frozenset[str]:
    """Return those of the states that are files with a path."""
    return frozenset(state for state in states if state.startswith(FILE))


def linked_with(states: Iterable[str], links: Iterable[frozenset[str]]) -> set[str]:
    """Return the other names of the files in `states`; `links` are names of one file each."""
    files = files_of(states)
    return {
        name
        for names in links
        if any(same_file(file, name) for file in files for name in names)
        for name in names
    }


def places_of(states: Iterable[str]) -> set[str]:
    """Return what is wanted of the folders around the files that are written."""
    return {PLACE + state.removeprefix(FILE) for state in states if state.startswith(FILE)}


def can_make(written: str, wanted: str) -> bool:
    """Whether writing the file state `written` can be what the state `wanted` needs."""
    if not wanted.startswith((FILE, FOLDER, PLACE)):
        return False
    if written.startswith(FOLDER):
        return True
    path = wanted.partition(":")[2]
    if wanted.startswith(FOLDER):
        return not path or is_inside(written, wanted) or same_file(written, FILE + path)
    is_place = is_inside(wanted, written)
    return is_place or (wanted.startswith(FILE) and same_file(written, wanted))


def same_file(first: str, second: str) -> bool:
    """Whether two file states ("file:PATH") can be the same file; a relative path fits any end."""
    one, other = (_plain_path(path) for path in (first, second))
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    return not shorter.startswith("/") and longer.endswith(f"/{shorter}")


def is_inside(inner: str, outer: str) -> bool:
    """Whether the path of one state can lie below that of another."""
    folder, path = _plain_path(outer), _plain_path(inner)
    if folder.startswith("/") and path.startswith("/"):
        return path.startswith(f"{folder}/")
    # one of them is relative to a working directory that the text does not tell
    last = folder.rpartition("/")[2]
    return folder in {"", "."} or f"/{last}/" in f"/{path}"


def _plain_path(state: str) -> str:
    path = state.partition(":")[2].replace("\\", "/")
    parts = [part for part in path.split("/") if part not in {"", ".", "~"}]
    while ".." in parts[:1]:
        parts.pop(0)
    return ("/" if path.startswith("/") else "") + "/".join(parts)
