"""Which texts can bind or change what they do not name."""

import pytest

from ipyprod.ipython.live_names import is_opaque


@pytest.mark.parametrize(
    "text",
    [
        "from math import *", "exec('x = 1')", "globals()['x'] = 1", "locals()['x'] = 1", "vars()['x'] = 1",
        "look = vars", "%run made.py", "x = 1\n%pylab", "%store -r", "%sql select 1", "run made.py",
        "ip = get_ipython(); ip.push({'x': 1})", "%%cython\ndef f(): pass", "a = 'x%s' \\\n  % 3",
    ],
)  # fmt: skip
def test_text_that_may_touch_anything(text):
    assert is_opaque(text)


@pytest.mark.parametrize(
    "text",
    [
        "x = 1", "%time x = f()", "%%time\nx = f()", "!ls", "%matplotlib inline\nimport numpy", "%promote f 1-3",
        "%%writefile a.txt\ntext", "setattr(person, 'name', 1)", "vars(person)['name'] = 1", "df.reset_index()",
        "  %timeit f(x)", "%ipyprod", "reset_all()",
    ],
)  # fmt: skip
def test_text_that_shows_what_it_touches(text):
    assert not is_opaque(text)
