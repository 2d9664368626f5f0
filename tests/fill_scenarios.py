"""Put what each scenario writes now below its `# output`, to be read before it is committed.

Run as `python tests/fill_scenarios.py [NAME ...]`; without names, for every scenario.
"""

import contextlib
import io
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from test_scenarios import CASES, play, prepare, read_case, run


def main() -> None:
    """Play each scenario in a folder of its own and keep the text of its module."""
    chosen = sys.argv[1:]
    for path in CASES:
        if chosen and path.stem not in chosen:
            continue
        cells, flags, _ = read_case(path)
        folder = Path(tempfile.mkdtemp())
        prepare(folder)
        os.chdir(folder)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            workbench = play(cells, folder)
        run(workbench, {**flags, "check": False})
        source, _, _ = path.read_text().partition("# output\n")
        path.write_text(f"{source}# output\n{(folder / 'made.py').read_text()}")
        print(path.stem)


if __name__ == "__main__":
    main()
