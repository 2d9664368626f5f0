"""What is installed in the running interpreter, and which file a loaded module came from."""

import json
import sys
from collections.abc import Iterator, Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from packaging.utils import canonicalize_name

from ipyprod.environment.distributions import Distribution, InstalledIndex, SourceKind

_MODULE_SUFFIXES = (".py", ".so", ".pyd")


def read_installed(search_path: Sequence[str] | None = None) -> InstalledIndex:
    """Index the installed distributions by file; `search_path` is `sys.path` where None.

    A distribution whose metadata cannot be read is left out. Nothing is imported or run.
    """
    builder = _IndexBuilder()
    paths = list(sys.path) if search_path is None else list(search_path)
    for installed in metadata.distributions(path=paths):
        try:
            builder.add(installed)
        except Exception:  # noqa: S112 - one broken distribution must not hide the others
            continue
    return builder.finished()


def file_of_loaded(name: str) -> str:
    """Give the real path of a loaded module's file, "" where it has none or is not loaded."""
    module = sys.modules.get(name)
    try:
        path = None if module is None else object.__getattribute__(module, "__file__")
        return str(Path(path).resolve()) if isinstance(path, str) else ""
    except Exception:
        return ""


def hidden_module(name: str, folder: str) -> str:
    """Say which module a new file `folder/name.py` would hide from other code, "" for none.

    A file inside a package hides nothing.
    """
    place = Path(folder)
    if not place.is_dir() or (place / "__init__.py").exists():
        return ""
    if name in sys.stdlib_module_names:
        return f"the standard library's {name}"
    try:
        spec = find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return ""
    origin = Path(spec.origin) if spec is not None and spec.origin else Path()
    is_installed = not {"site-packages", "dist-packages"}.isdisjoint(origin.parts)
    return f"the installed {name}" if is_installed else ""


class _IndexBuilder:
    def __init__(self) -> None:
        self.distributions: dict[str, Distribution] = {}
        self.modules: dict[str, tuple[str, ...]] = {}
        self.files: dict[str, str] = {}
        self.roots: list[tuple[str, str]] = []

    def add(self, installed: metadata.Distribution) -> None:
        name = installed.metadata["Name"]
        if not name:
            return
        key = str(canonicalize_name(name))
        if key in self.distributions:
            return  # the first on the path is the one that is imported
        direct_url = _direct_url(installed)
        self.distributions[key] = Distribution(
            name=name,
            version=installed.version,
            requires=tuple(installed.requires or ()),
            source=direct_url[0],
            origin=direct_url[1],
        )
        if direct_url[0] is SourceKind.EDITABLE:
            self._add_folder(key, direct_url[2])
        self._add_files(key, installed)

    def _add_files(self, key: str, installed: metadata.Distribution) -> None:
        base = Path(str(installed.locate_file(""))).resolve()
        for path in _recorded_files(installed):
            if not path.endswith(_MODULE_SUFFIXES) or path.startswith(("..", "/")):
                continue
            self.files[f"{base}/{path}"] = key
            self._offer(_module_name(path), key)

    def _add_folder(self, key: str, folder: str) -> None:
        """Index an editable install, whose RECORD names no module."""
        root = Path(folder).resolve()
        self.roots.append((str(root), key))
        for place in (root, root / "src", root / "lib"):
            for path in sorted(place.glob("*")) if place.is_dir() else ():
                is_package = (path / "__init__.py").is_file()
                if is_package or (path.suffix == ".py" and path.stem != "setup"):
                    self._offer(path.stem, key)

    def _offer(self, module: str, key: str) -> None:
        offered = self.modules.get(module, ())
        if module and key not in offered:
            self.modules[module] = (*offered, key)

    def finished(self) -> InstalledIndex:
        return InstalledIndex(
            distributions=self.distributions,
            modules=self.modules,
            files=self.files,
            # the innermost folder first
            roots=tuple(sorted(self.roots, key=lambda pair: -len(pair[0]))),
        )


def _recorded_files(installed: metadata.Distribution) -> Iterator[str]:
    record = installed.read_text("RECORD")
    if record:
        for line in record.split("\n"):
            path = line.rsplit(",", 2)[0].strip('"\r')
            if path:
                yield path
        return
    # a distribution's package of an operating system, or an egg, has no RECORD
    for name in (installed.read_text("top_level.txt") or "").split():
        yield f"{name}.py"
        yield f"{name}/__init__.py"


def _module_name(path: str) -> str:
    """`pkg/sub/mod.cpython-311-x86_64-linux-gnu.so` is `pkg.sub.mod`."""
    folder, _, file = path.rpartition("/")
    stem = file.partition(".")[0]
    parts = [*folder.split("/"), *([] if stem == "__init__" else [stem])]
    return ".".join(part for part in parts if part)


def _direct_url(installed: metadata.Distribution) -> tuple[SourceKind, str, str]:
    """Read PEP 610: the kind, what a requirement may say, and the local folder."""
    text = installed.read_text("direct_url.json")
    if not text:
        return SourceKind.INDEX, "", ""
    record = json.loads(text)
    url = _without_secrets(str(record.get("url", "")))
    if url.startswith("file:"):
        folder = unquote(urlsplit(url).path)
        if "archive_info" in record:
            return SourceKind.LOCAL_FILE, "", folder
        is_editable = bool(record.get("dir_info", {}).get("editable"))
        return (SourceKind.EDITABLE if is_editable else SourceKind.LOCAL_FOLDER), "", folder
    below = f"#subdirectory={record['subdirectory']}" if record.get("subdirectory") else ""
    origin, kind = f"{url}{below}", SourceKind.ARCHIVE
    if "vcs_info" in record:
        vcs = record["vcs_info"]
        origin, kind = f"{vcs['vcs']}+{url}@{vcs['commit_id']}{below}", SourceKind.VCS
    if any(not letter.isprintable() or letter.isspace() for letter in origin):
        return SourceKind.LOCAL_FOLDER, "", ""
    return kind, origin, ""


def _without_secrets(url: str) -> str:
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    keeps_user = at and user == "git" and parts.scheme.startswith(("ssh", "git"))
    return urlunsplit(parts._replace(netloc=parts.netloc if keeps_user else host))
