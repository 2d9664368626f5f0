import json

import pytest

from ipyprod.effects.installed import file_of_loaded, read_installed
from ipyprod.environment.distributions import SourceKind


@pytest.fixture
def site(tmp_path):
    def install(name, files=(), *, version="1.0", direct_url=None, requires=()):
        info = tmp_path / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {r}" for r in requires)]
        (info / "METADATA").write_text("Metadata-Version: 2.1\n" + "\n".join(lines) + "\n")
        (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))
        if direct_url is not None:
            (info / "direct_url.json").write_text(json.dumps(direct_url))
        return tmp_path

    install.path = str(tmp_path)
    return install


def test_modules_and_files_are_indexed_by_distribution(site):
    site("my-dist", ["pkg/__init__.py", "pkg/sub/mod.cpython-311-x86_64-linux-gnu.so", "one.py"])
    index = read_installed([site.path])
    assert index.by_module("pkg.sub.mod") == ("my-dist",)
    assert index.by_module("one") == ("my-dist",)
    assert index.by_file(f"{site.path}/pkg/__init__.py") == "my-dist"


def test_namespace_packages_are_told_apart(site):
    site("google-a", ["google/a/__init__.py"])
    site("google-b", ["google/b/__init__.py"])
    index = read_installed([site.path])
    assert (index.by_module("google.a.x"), index.by_module("google.b")) == (
        ("google-a",),
        ("google-b",),
    )


def test_every_distribution_that_offers_a_module_is_listed(site):
    site("cv-a", ["cv2/__init__.py"])
    site("cv-b", ["cv2/__init__.py"])
    assert sorted(read_installed([site.path]).by_module("cv2")) == ["cv-a", "cv-b"]


def test_requirements_and_version_are_read(site):
    site("a", version="2.1", requires=["b>=1", "c; extra == 'x'"])
    found = read_installed([site.path]).distributions["a"]
    assert (found.version, found.requires) == ("2.1", ("b>=1", "c; extra == 'x'"))


@pytest.mark.parametrize(
    ("record", "source", "origin"),
    [
        (
            {"url": "https://u:p@h.org/r.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
            SourceKind.VCS,
            "git+https://h.org/r.git@abc",
        ),
        (
            {"url": "ssh://git@h.org/r.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
            SourceKind.VCS,
            "git+ssh://git@h.org/r.git@abc",
        ),
        (
            {"url": "https://h.org/a.whl", "archive_info": {}},
            SourceKind.ARCHIVE,
            "https://h.org/a.whl",
        ),
        ({"url": "file:///x/a.whl", "archive_info": {}}, SourceKind.LOCAL_FILE, ""),
        ({"url": "file:///x/a", "dir_info": {}}, SourceKind.LOCAL_FOLDER, ""),
        ({"url": "file:///x/a", "dir_info": {"editable": True}}, SourceKind.EDITABLE, ""),
        (
            {"url": "https://h.org/a\n-e x", "vcs_info": {"vcs": "git", "commit_id": "a b"}},
            SourceKind.LOCAL_FOLDER,
            "",
        ),
    ],
)
def test_where_a_distribution_came_from_is_read_without_secrets(site, record, source, origin):
    site("a", direct_url=record)
    found = read_installed([site.path]).distributions["a"]
    assert (found.source, found.origin) == (source, origin)


def test_editable_install_offers_the_packages_of_its_folder(site, tmp_path):
    folder = tmp_path / "work"
    (folder / "src" / "mine").mkdir(parents=True)
    (folder / "src" / "mine" / "__init__.py").touch()
    url = folder.as_uri()
    site("mine-dist", direct_url={"url": url, "dir_info": {"editable": True}})
    index = read_installed([site.path])
    assert index.by_module("mine.x") == ("mine-dist",)
    assert index.by_file(f"{folder}/src/mine/x.py") == "mine-dist"


def test_broken_metadata_hides_only_its_own_distribution(site, tmp_path):
    site("good", ["good.py"])
    bad = site("bad", ["bad.py"]) / "bad-1.0.dist-info" / "direct_url.json"
    bad.write_text("{")
    assert set(read_installed([site.path]).distributions) == {"good"}


def test_file_of_a_loaded_module_is_its_real_path():
    assert file_of_loaded("json").endswith("json/__init__.py")
    assert file_of_loaded("no_such_module") == ""
