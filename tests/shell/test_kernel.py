"""A real kernel through jupyter_client, and papermill on top of it."""

import json
import os
import sys
from pathlib import Path

import pytest

pytest.importorskip("ipykernel")

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

SHOW = (
    "for c in get_ipython()._ipyprod_extension.recorder.session.cells:"
    " print(c.number, repr(c.text), c.outcome.value)"
)


class OwnKernel(KernelManager):
    """Starts this interpreter, whatever kernels the machine has installed."""

    @property
    def kernel_spec(self):
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="own", language="python")


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kernel")
    root = str(Path(__file__).parents[2])
    environment = {
        **os.environ,
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "PYTHONPATH": root,
    }
    manager = OwnKernel(transport="ipc", ip=str(folder / "socket"))
    manager.start_kernel(env=environment, cwd=str(folder))
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    manager.cleanup_resources()


def run(client, code, **options):
    """Execute code; give the reply's status, what was printed and the error's text."""
    printed = []

    def keep(message):
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            printed.append(content["text"])
        elif kind in ("execute_result", "display_data"):
            printed.append(content["data"]["text/plain"])
        elif kind == "error":
            printed.append("\n".join(content["traceback"]))

    reply = client.execute_interactive(code, output_hook=keep, timeout=60, **options)
    return reply["content"]["status"], "".join(printed)


def test_kernel_session_is_recorded_without_hidden_cells(kernel):
    run(kernel, "%load_ext ipyprod")
    run(kernel, "x = 1")
    run(kernel, "hidden = 2", store_history=False)
    run(kernel, "import asyncio\nawait asyncio.sleep(0)\ny = x")
    run(kernel, "1/0")
    _, printed = run(kernel, SHOW)

    assert printed.splitlines() == [
        "2 'x = 1' ok",
        "3 'import asyncio\\nawait asyncio.sleep(0)\\ny = x' ok",
        "4 '1/0' failed",
    ]


def test_usage_error_is_an_error_of_one_line(kernel):
    run(kernel, "%reload_ext ipyprod")
    status, printed = run(kernel, "%promote")

    assert status == "error"
    assert printed == "%promote needs NAME; write %promote NAME CELLS"


def test_completion_in_the_kernel_offers_options(kernel):
    run(kernel, "%reload_ext ipyprod")
    reply = kernel.complete("%promote f --fr", reply=True, timeout=60)

    assert reply["content"]["matches"] == ["--from"]


def test_interrupted_asynchronous_cell_is_recorded(kernel):
    run(kernel, "%reload_ext ipyprod")
    run(kernel, "import asyncio\nraise asyncio.CancelledError")
    _, printed = run(kernel, SHOW)

    assert printed.splitlines()[-1].endswith("interrupted")


def test_papermill_shows_the_text_of_a_usage_error(tmp_path, monkeypatch):
    pytest.importorskip("papermill")
    import nbformat

    root = str(Path(__file__).parents[2])
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_code_cell("%load_ext ipyprod", id="a"),
        nbformat.v4.new_code_cell("%promote", id="b"),
    ]
    notebook.metadata.kernelspec = {"name": "own", "display_name": "own", "language": "python"}
    specification = tmp_path / "data" / "kernels" / "own"
    specification.mkdir(parents=True)
    (specification / "kernel.json").write_text(
        json.dumps(
            {
                "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
                "display_name": "own",
                "language": "python",
            }
        )
    )
    nbformat.write(notebook, tmp_path / "in.ipynb")
    program = (
        "import papermill\n"
        "try:\n"
        "    papermill.execute_notebook('in.ipynb', 'out.ipynb', progress_bar=False)\n"
        "except papermill.PapermillExecutionError as error:\n"
        "    print('SHOWN', error)\n"
    )
    import subprocess

    environment = {
        **os.environ,
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "PYTHONPATH": root,
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        timeout=120,
        check=False,
    )
    assert "SHOWN" in done.stdout, done.stderr
    assert "%promote needs NAME; write %promote NAME CELLS" in done.stdout
