"""Parameters that hold what cannot be copied are changed in place, and that is said."""

import pytest

NOTE = "note: {} is changed in place: its type has no safe copy"


@pytest.mark.parametrize(
    ("cells", "changed", "copied"),
    [
        (["log = open('log.txt', 'w')\nsinks = [log, []]", "sinks[0].write('x')\nsinks[1].append(3)\nn = len(sinks[1])"], "sinks", ""),
        (["import threading\nstate = {'lock': threading.Lock(), 'seen': []}", "state['seen'].append(3)\nn = len(state['seen'])"], "state", ""),
        (["state = {'rows': (x for x in [1]), 'seen': []}", "state['seen'].append(3)\nn = len(state['seen'])"], "state", ""),
        (["state = {'rows': (x for x in [1]), 'seen': []}", "state['more'] = 3\nn = len(state)"], "", "dict(state)"),
        (["import threading\nclass Pool:\n    def __init__(self):\n        self.lock = threading.Lock()\n        self.jobs = []\npool = Pool()", "pool.jobs.append(3)\nn = len(pool.jobs)"], "pool", ""),
        (["def make():\n    count = [0]\n    def step():\n        count[0] += 1\n        return count[0]\n    return step\nstep = make()", "step()\nn = step()"], "step", ""),
        (["class Pool:\n    jobs = ()\npool = Pool()", "pool.jobs = [3]\nn = len(pool.jobs)"], "", "copy.deepcopy(pool)"),
    ],
)  # fmt: skip
def test_what_cannot_be_copied_is_changed_in_place(
    console, capsys, tmp_path, cells, changed, copied
):
    console.run(*cells)
    capsys.readouterr()
    result = console.run("%promote step 2 --to made.py --returns n --check").result
    shown = capsys.readouterr().out
    if "log" in console.shell.user_ns:
        console.run("log.close()")
    text = (tmp_path / "made.py").read_text()

    assert result.report.is_proven, shown
    assert (NOTE.format(changed) in shown) == bool(changed)
    assert (copied in text) if copied else "copy" not in text
