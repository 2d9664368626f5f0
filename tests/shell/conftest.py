import builtins
import sys

import pytest

pytest.importorskip("IPython")

from IPython import version_info
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config


class Console:
    """A private shell that runs cells as a person would type them."""

    def __init__(self, **settings):
        config = Config()
        config.HistoryManager.hist_file = ":memory:"
        config.HistoryManager.connection_options = {"check_same_thread": False}
        config.InteractiveShell.colors = "nocolor" if version_info >= (9,) else "NoColor"
        for name, value in settings.items():
            config.IPyProd[name] = value
        self.shell = InteractiveShell(config=config)

    def run(self, *texts):
        """Run cells one after another and give the last one's result."""
        result = None
        for text in texts:
            result = self.shell.run_cell(text, store_history=True)
        return result

    def hide(self, text):
        """Run a cell as VS Code runs its own: shown nowhere, stored nowhere."""
        return self.shell.run_cell(text, store_history=False)

    def load(self):
        self.shell.extension_manager.load_extension("ipyprod")
        return self

    @property
    def recorder(self):
        return self.shell._ipyprod_extension.recorder

    @property
    def session(self):
        return self.recorder.session

    @property
    def cells(self):
        return self.session.cells

    @property
    def last(self):
        return self.session.cells[-1]

    def close(self):
        self.shell.extension_manager.unload_extension("ipyprod")
        self.shell.history_manager.end_session()
        self.shell.reset(new_session=False)
        self.shell.restore_sys_module_state()


@pytest.fixture
def make_console(tmp_path, monkeypatch):
    """Make consoles in a folder of their own, and put the process back afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.setattr(sys, "displayhook", sys.displayhook)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(sys, "path", list(sys.path))
    made = []

    def make(**settings):
        console = Console(**settings)
        made.append(console)
        return console

    yield make
    for console in made:
        console.close()
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None)).startswith(str(tmp_path)):
            del sys.modules[name]
    for name in ("last_value", "last_type", "last_traceback", "last_exc"):
        if hasattr(sys, name):
            delattr(sys, name)
    assert not hasattr(builtins, "get_ipython")


@pytest.fixture
def console(make_console):
    """A console with ipyprod loaded before anything was run."""
    return make_console().load()
