import sys

import pytest

from ipyprod.errors import ModuleFileError
from ipyprod.ipython.promoted import import_promoted


@pytest.fixture(autouse=True)
def own_modules():
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_function_comes_from_the_file_and_not_from_the_path(tmp_path):
    file = tmp_path / "made_one.py"
    file.write_text("def f():\n    return 1\n")

    function = import_promoted(str(file), "f")
    assert function() == 1
    assert function.__module__ == "made_one"


def test_second_promotion_of_the_same_length_in_the_same_second_is_seen(tmp_path):
    file = tmp_path / "made_two.py"
    file.write_text("def f():\n    return 1\n")
    import_promoted(str(file), "f")
    file.write_text("def f():\n    return 2\n")

    assert import_promoted(str(file), "f")() == 2


def test_module_of_another_file_keeps_its_name(tmp_path):
    import json

    file = tmp_path / "json.py"
    file.write_text("def f():\n    return 1\n")

    assert import_promoted(str(file), "f")() == 1
    assert sys.modules["json"] is json


def test_module_of_a_package_may_import_its_neighbours(tmp_path):
    inner = tmp_path / "made_pkg" / "sub"
    inner.mkdir(parents=True)
    (tmp_path / "made_pkg" / "__init__.py").write_text("")
    (tmp_path / "made_pkg" / "base.py").write_text("LIMIT = 7\n")
    (inner / "__init__.py").write_text("")
    (inner / "made.py").write_text("from ..base import LIMIT\ndef f():\n    return LIMIT\n")

    function = import_promoted(str(inner / "made.py"), "f")
    assert (function(), function.__module__) == (7, "made_pkg.sub.made")


def test_file_that_fails_is_a_clear_error(tmp_path):
    file = tmp_path / "made_bad.py"
    file.write_text("1/0\n")

    with pytest.raises(ModuleFileError, match="fails when it is imported: ZeroDivisionError"):
        import_promoted(str(file), "f")


def test_name_that_the_file_lacks_is_named(tmp_path):
    file = tmp_path / "made_empty.py"
    file.write_text("")

    with pytest.raises(ModuleFileError, match="does not define f"):
        import_promoted(str(file), "f")
