import pytest

from ipyprod.source.statements import OmissionKind


def test_results_get_names_where_they_are_read(texts):
    assert texts(
        "=> np.arange(4)", "=> _ * 2", "=> 7", "r = Out[2] + _1[0]", "=> r", "s = _ + 1"
    ) == [
        "out_1 = np.arange(4)",
        "out_2 = out_1 * 2",
        "7",
        "r = out_2 + out_1[0]",
        "r",
        "s = r + 1",
    ]


def test_name_of_a_result_does_not_clash_with_the_session(texts):
    assert texts("out_1 = 0", "=> f()", "x = _2", "out_2 = 5")[1:3] == [
        "out_2_2 = f()",
        "x = out_2_2",
    ]


def test_made_name_is_told(parse):
    first, _ = parse("=> f()", "x = _").statements
    assert first.made_names == {"out_1"}
    assert "out_1" in first.names.binds


def test_variable_shown_and_bound_again_keeps_its_old_value(texts):
    assert texts("=> df", "df = 2", "x = _1") == ["out_1 = df", "df = 2", "x = out_1"]


def test_underscores_go_three_back(texts):
    assert (
        texts("=> f(1)", "=> f(2)", "=> f(3)", "x = (_, __, ___)")[-1]
        == "x = (out_3, out_2, out_1)"
    )


def test_none_and_semicolon_do_not_move_underscore(texts):
    assert texts("=> f(1)", "f(2);", "print(3)", "x = _")[-1] == "x = out_1"


def test_before_any_result_underscore_is_an_empty_string(texts):
    assert texts("x = _") == ['x = ""']


@pytest.mark.parametrize("binding", ["_ = 5", "for _ in range(3): pass", "_, q = f()"])
def test_underscore_that_the_user_binds_is_left_alone(texts, binding):
    assert texts("=> f(1)", binding, "=> f(2)", "x = _")[-1] == "x = _"


def test_deleting_underscore_gives_it_back_to_the_console(texts):
    assert texts("_ = 5", "del _", "=> f(1)", "x = _")[-1] == "x = out_3"


def test_underscore_read_and_bound_in_one_line(texts):
    assert texts("=> f(1)", "_ = _ + 1", "x = _") == ["out_1 = f(1)", "_ = out_1 + 1", "x = _"]


def test_underscore_of_a_comprehension_or_a_parameter_is_local(texts):
    lines = ["x = [_ for _ in y]", "g = lambda _: _ + 1", "def h(_):\n    return _"]
    assert texts("=> f(1)", *lines) == ["f(1)", *lines]


def test_result_inside_an_f_string(texts):
    assert texts("=> f(1)", "s = f'{_1!r} and {_}'")[-1] == "s = f'{out_1!r} and {out_1}'"


def test_numbered_result_inside_a_function(texts):
    assert texts("=> f(1)", "def g():\n    return Out[1]")[-1] == "def g():\n    return out_1"


def test_result_of_a_magic_that_is_left_out_is_made_when_read(texts):
    assert texts("=> %pwd", "x = _")[-2:] == ["out_1 = os.getcwd()", "x = out_1"]


def test_result_of_time_is_a_result(texts):
    assert texts("=> %time f(1)", "x = _") == ["out_1 = f(1)", "x = out_1"]


def test_result_of_the_last_line_of_a_timed_cell(texts):
    assert texts("=> %%time\na = 1\na + 1", "x = _")[-2:] == ["out_1 = a + 1", "x = out_1"]


@pytest.mark.parametrize(
    "line",
    [
        "x = Out",
        "x = Out[n]",
        "x = Out[-1]",
        "x = Out[7]",
        "x = len(In)",
        "x = _dh",
        "x = lambda: _",
        "x = In[-1]",
    ],
)
def test_reads_that_mean_nothing_outside_the_console_are_refused(parse, line):
    (omission,) = parse("=> f(1)", line).omissions
    assert omission.kind is OmissionKind.REFUSED
    assert omission.hint
    assert "x" in omission.names.binds


def test_underscore_after_a_gap_in_the_record_is_refused(omitted, cell):
    assert omitted("=> f(1)", cell(5, "x = _")) == [OmissionKind.REFUSED]


def test_inputs_become_strings(texts):
    assert texts("a = 1", "x = _i", "y = In[1]", "z = _i2", "w = _ii")[1:] == [
        'x = "a = 1"',
        'y = "a = 1"',
        'z = "x = _i"',
        'w = "y = In[1]"',
    ]


def test_input_that_is_no_plain_python_is_refused(omitted):
    assert OmissionKind.REFUSED in omitted("%time a = 1", "exec(In[1])")


def test_attributes_of_captured_lines_become_joins(texts):
    assert texts("x = !ls", "y = x.n", "z = x.s + x.l[0]")[2:] == [
        'y = "\\n".join(x)',
        'z = " ".join(x) + x[0]',
    ]


def test_other_attributes_of_captured_lines_are_refused(omitted):
    assert omitted("x = !ls", "y = x.grep('a')") == [OmissionKind.REFUSED]


def test_attributes_of_a_name_bound_again_are_its_own(texts):
    assert texts("x = !ls", "x = f()", "y = x.s")[-1] == "y = x.s"


def test_result_inside_a_command(texts):
    assert (
        texts("=> f(1)", "!touch {_}")[-1]
        == "subprocess.run(f'touch {out_1}', shell=True, check=False)"
    )


def test_result_of_captured_code_is_a_result(texts):
    assert texts("=> %%capture out\nf(1)", "x = _") == ["out_1 = f(1)", "x = out_1"]
