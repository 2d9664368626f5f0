import ast

import pytest

from ipyprod.environment.distributions import (
    InstalledIndex,
    find_hidden_needs,
    find_module_uses,
    is_standard,
)


def uses(text):
    return {use.name: use.is_optional for use in find_module_uses(ast.parse(text), "In [1]")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import a.b as c", {"a.b": False}),
        ("from a.b import c, d", {"a.b.c": False, "a.b.d": False}),
        ("from a import *", {"a": False}),
        ("from . import a", {}),
        ("def f():\n    import a", {"a": False}),
        ("importlib.import_module('a.b')", {"a.b": False}),
        ("__import__('a')", {"a": False}),
        ("importlib.import_module(name)", {}),
        ("if TYPE_CHECKING:\n    import a\nelse:\n    import b", {"b": False}),
        ("try:\n    import a\nexcept ImportError:\n    import b", {"a": True, "b": False}),
        ("try:\n    import a\nexcept ValueError:\n    pass", {"a": False}),
        ("try:\n    import a\nexcept ImportError:\n    pass\nimport a", {"a": False}),
    ],
)
def test_imports_are_found(text, expected):
    assert uses(text) == expected


def test_module_is_found_by_the_longest_name_with_a_file():
    modules = {"google.cloud.storage": ("google-cloud-storage",), "google.auth": ("google-auth",)}
    index = InstalledIndex(distributions={}, modules=modules)
    assert index.by_module("google.cloud.storage.Client") == ("google-cloud-storage",)


def test_namespace_alone_belongs_to_nobody():
    index = InstalledIndex(distributions={}, modules={"google.auth": ("google-auth",)})
    assert index.by_module("google") == ()


def test_file_of_an_editable_folder_is_found_by_its_root():
    index = InstalledIndex(distributions={}, roots=(("/src/a", "a"),))
    assert (index.by_file("/src/a/a/x.py"), index.by_file("/src/ab/x.py")) == ("a", "")


def test_standard_library_is_told_apart():
    assert (is_standard("os.path"), is_standard("pandas")) == (True, False)


def test_first_installed_engine_behind_a_method_is_needed():
    index = InstalledIndex(distributions={}, modules={"fastparquet": ("fastparquet",)})
    tree = ast.parse("df = pd.read_parquet('x')\ndf.to_markdown()")
    assert find_hidden_needs(tree, index) == (("fastparquet", "read_parquet"),)
