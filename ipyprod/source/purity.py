"""What calls by well-known names leave as it was; everything else may change what it is given."""

from ipyprod.source.word_sets import word_set

# Functions that find frames by the names of their variables in the text of a query.
SQL_FUNCTIONS = word_set("polars.sql duckdb.sql duckdb.query duckdb.execute")
# Builtins that change none of their arguments and do not go through an iterator that was passed.
PURE_BUILTINS = word_set(
    """abs ascii bin bool bytes callable chr classmethod compile complex delattr dir divmod float
    format frozenset getattr hasattr hash help hex id input int isinstance issubclass len memoryview
    object oct open ord pow print property range repr reversed round setattr slice staticmethod str
    super type display quit exit breakpoint globals locals vars eval exec __import__
    ArithmeticError AssertionError AttributeError Exception ImportError IndexError KeyError
    LookupError NameError NotImplementedError OSError RuntimeError StopIteration SystemExit
    TypeError ValueError ZeroDivisionError FileNotFoundError"""
)
# Builtins that go through an iterable: a list stays as it was, an iterator is used up.
CONSUMING_BUILTINS = word_set(
    """all any bytearray bytes dict enumerate filter frozenset iter list map max min set sorted sum
    tuple zip"""
)
# Of these, the ones that only wrap it: what is made from them still reads from the argument.
LAZY_BUILTINS = word_set("enumerate filter iter map reversed zip")
# Calls that run a function or a generator given to them before they return.
EAGER_CALLBACKS = word_set("all any dict frozenset list max min set sorted sum tuple join")
# Of these, the ones that are given a function: `dict(double=lambda x: 2 * x)` only keeps it.
KEYED_BUILTINS = word_set("max min sorted")
# Calls, by function or method, that use up an iterator given to them before they return.
EAGER_READERS = word_set(
    "Counter OrderedDict deque fromiter fsum prod mean fmean extend writelines"
)
# Calls whose result holds none of the objects that went in: numbers, text, truth values.
ATOMIC_BUILTINS = word_set(
    """abs all any ascii bin bool callable chr complex delattr divmod float format hasattr hash help
    hex id input int isinstance issubclass len oct ord pow print range repr round setattr str sum
    type display"""
)

# Methods that change their receiver on no common type.
PURE_METHODS = word_set("""
    head tail describe info copy mean median std var sem mad skew kurt kurtosis quantile mode nunique
    unique value_counts count sum prod cumsum cumprod cummax cummin min max argmin argmax idxmin
    idxmax any all abs round clip corr cov corrwith diff pct_change rank shift rolling expanding ewm
    isna isnull notna notnull isin between duplicated memory_usage items iteritems iterrows itertuples
    keys values groupby get_group agg aggregate apply applymap map transform pipe assign merge pivot
    pivot_table melt stack unstack explode crosstab nlargest nsmallest astype convert_dtypes
    infer_objects select_dtypes sort_values sort_index reset_index set_index rename rename_axis
    reindex set_axis drop drop_duplicates dropna fillna ffill bfill interpolate replace where mask
    query eval filter squeeze transpose to_frame to_numpy to_list tolist to_dict to_string to_csv
    to_json to_html to_latex to_markdown to_excel to_parquet to_pickle to_feather to_records
    to_period to_timestamp to_datetime to_pydatetime to_clipboard tz_localize tz_convert normalize
    floor ceil asfreq resample at_time between_time first_valid_index last_valid_index xs droplevel
    swaplevel join combine_first equals eq ne lt le gt ge add_prefix add_suffix radd sub rsub mul
    rmul div rdiv truediv floordiv mod dot searchsorted cut qcut get_dummies factorize argsort
    nonzero ravel flatten reshape swapaxes repeat conj conjugate trace diagonal ptp astype tobytes
    upper lower title capitalize casefold swapcase strip lstrip rstrip split rsplit splitlines
    rpartition startswith endswith find rfind index rindex format format_map encode decode
    zfill center ljust rjust expandtabs isalpha isdigit isnumeric isalnum isspace isupper islower
    istitle isidentifier isdecimal removeprefix removesuffix translate maketrans
    union intersection difference symmetric_difference issubset issuperset isdisjoint
    bit_length as_integer_ratio is_integer hex total_seconds isoformat strftime strptime date time
    timestamp timetuple weekday isoweekday toordinal utcoffset
    match search findall fullmatch group groups groupdict span
    exists is_file is_dir is_absolute with_suffix with_name with_stem resolve expanduser absolute
    joinpath relative_to as_posix read_text read_bytes samefile
    predict predict_proba predict_log_proba decision_function score score_samples get_params
    inverse_transform get_feature_names_out kneighbors cost_complexity_pruning_path
    number_of_nodes number_of_edges has_node has_edge degree neighbors successors predecessors
    has_path subgraph to_undirected to_directed in_degree out_degree nodes_iter edges_iter
    namelist infolist tell fileno readable writable seekable isatty isEnabledFor getEffectiveLevel
    most_common elements total item size dim numel is_contiguous cpu detach getvalue
    """) - word_set("time transform")
# Methods that are called to see something, whatever they keep on the way: `fitted.summary()`.
LOOKING_METHODS = PURE_METHODS | word_set(
    "summary summary2 report fit_report conf_int forecast get_prediction get_forecast as_text"
)
# Of the pure ones, methods whose result is text, a number or freshly computed numbers.
ATOMIC_METHODS = word_set("""
    describe info mean median std var sem skew kurt kurtosis quantile nunique count sum prod cumsum
    cumprod cummax cummin idxmin idxmax argmin argmax any all round corr cov corrwith diff pct_change
    isna isnull notna notnull isin between duplicated memory_usage value_counts rank argsort
    nonzero tobytes searchsorted equals to_string to_csv to_json to_html to_latex to_markdown
    to_excel to_parquet to_pickle to_feather upper lower title capitalize casefold swapcase strip
    lstrip rstrip split rsplit splitlines partition rpartition startswith endswith find rfind index
    rindex format encode decode zfill center ljust rjust expandtabs isalpha isdigit isnumeric isalnum
    isspace isupper islower istitle isidentifier isdecimal removeprefix removesuffix translate
    maketrans issubset issuperset isdisjoint bit_length as_integer_ratio is_integer hex
    total_seconds isoformat strftime exists is_file is_dir is_absolute as_posix read_text
    read_bytes predict predict_proba predict_log_proba decision_function score score_samples
    number_of_nodes number_of_edges has_node has_edge dot trace ptp savefig close
    """)
# `df.apply(f)`: the name f is called.
CALLBACK_METHODS = word_set(
    """apply applymap map agg aggregate transform pipe filter assign groupby rename sort sub reduce
    combine sort_values starmap submit accumulate"""
)
CALLBACK_BUILTINS = word_set("map filter sorted min max iter")
CALLBACK_KEYWORDS = word_set(
    "key func function callback aggfunc target default_factory fn side_effect date_parser default"
)
# Methods that never run a function given to them later.
EAGER_METHODS = word_set(
    "apply applymap agg aggregate transform pipe assign sort join rename sort_values groupby"
)

# Modules whose functions leave their arguments as they were, apart from those named below.
PURE_MODULES = word_set(
    """math cmath statistics json re string textwrap datetime calendar time operator copy pprint
    hashlib base64 os os.path glob fnmatch platform sys uuid numbers fractions decimal unicodedata
    difflib struct zlib urllib.parse html typing collections functools inspect pathlib logging
    numpy pandas math scipy.stats scipy.special scipy.signal scipy.linalg scipy.spatial
    sklearn.metrics matplotlib.pyplot seaborn random warnings locale itertools contextlib
    dataclasses enum shutil"""
)
IMPURE_FUNCTIONS = word_set("""
    numpy.put numpy.place numpy.copyto numpy.putmask numpy.fill_diagonal numpy.put_along_axis
    numpy.add.at numpy.subtract.at numpy.multiply.at numpy.maximum.at numpy.minimum.at
    numpy.random.shuffle numpy.nan_to_num random.shuffle numpy.fromiter numpy.apply_along_axis
    numpy.apply_over_axes numpy.vectorize numpy.frompyfunc numpy.lib.recfunctions.append_fields
    numpy.load numpy.loadtxt numpy.genfromtxt numpy.save numpy.savetxt
    json.load json.dump operator.setitem operator.delitem operator.iadd operator.iconcat operator.imul
    operator.isub operator.ior operator.iand pandas.read_csv pandas.read_table pandas.read_json
    pandas.read_sql pandas.read_sql_query pandas.read_sql_table pandas.read_excel pandas.read_parquet
    pandas.read_pickle pandas.read_fwf pandas.concat pandas.DataFrame pandas.Series pandas.eval
    collections.deque collections.Counter collections.OrderedDict collections.ChainMap
    collections.UserDict collections.UserList collections.namedtuple
    copy.copy copy.deepcopy functools.reduce functools.partial functools.wraps
    functools.update_wrapper itertools.chain itertools.islice itertools.cycle itertools.tee
    itertools.accumulate itertools.starmap itertools.takewhile itertools.dropwhile itertools.groupby
    itertools.zip_longest itertools.product itertools.permutations itertools.combinations
    itertools.compress itertools.filterfalse itertools.pairwise itertools.batched
    shutil.copyfileobj re.sub time.sleep statistics.mean statistics.fmean statistics.median
    math.fsum math.prod matplotlib.pyplot.sca matplotlib.pyplot.sci matplotlib.pyplot.delaxes
    matplotlib.pyplot.colorbar matplotlib.pyplot.setp matplotlib.pyplot.figure contextlib.closing
    contextlib.redirect_stdout contextlib.ExitStack dataclasses.dataclass functools.total_ordering
    typing.final typing.overload typing.runtime_checkable typing.no_type_check
    """)
# Of those, the ones that only use up an iterator: a list, array or frame stays as it was.
CONSUMING_FUNCTIONS = word_set("""
    numpy.fromiter pandas.concat pandas.DataFrame pandas.Series collections.deque
    collections.Counter collections.OrderedDict copy.copy copy.deepcopy itertools.chain
    itertools.islice itertools.cycle itertools.tee itertools.accumulate itertools.zip_longest
    itertools.product itertools.permutations itertools.combinations itertools.compress
    itertools.pairwise itertools.batched statistics.mean statistics.fmean statistics.median math.fsum
    math.prod pandas.read_csv pandas.read_table pandas.read_json pandas.read_sql
    pandas.read_sql_query pandas.read_excel pandas.read_parquet pandas.read_pickle numpy.load
    numpy.loadtxt numpy.genfromtxt json.load
    """)
_CLASSES = word_set("deque defaultdict ndarray")  # by their look, functions
# Packages whose classes are made by scikit-learn's rules, and functions that make some.
_ESTIMATOR_PACKAGES = word_set("sklearn imblearn")
_ESTIMATOR_MAKERS = word_set("make_pipeline make_union make_column_transformer clone")
# Functions that write to an argument by its place, numpy's `out`.
_OUT_SECOND = word_set("""
    abs absolute acos acosh arccos arccosh arcsin arcsinh arctan arctanh asin asinh atan atanh
    bitwise_count bitwise_invert bitwise_not cbrt ceil conj conjugate cos cosh deg2rad degrees exp
    exp2 expm1 fabs floor invert isfinite isinf isnan isnat log log10 log1p log2 logical_not
    negative positive rad2deg radians reciprocal rint sign signbit sin sinh spacing sqrt square tan
    tanh trunc
    """)
_OUT_THIRD = word_set("""
    add arctan2 atan2 bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor
    copysign divide equal float_power floor_divide fmax fmin fmod gcd greater greater_equal
    heaviside hypot lcm ldexp left_shift less less_equal logaddexp logaddexp2 logical_and logical_or
    logical_xor matmul matvec maximum minimum mod multiply nextafter not_equal pow power remainder
    right_shift subtract true_divide vecdot vecmat dot max min amax amin any all argmax argmin
    around round concatenate stack divmod frexp modf outer ptp
    """)
_OUT_FOURTH = word_set("""
    sum prod mean cumsum cumprod nansum nanprod nanmean nancumsum nancumprod clip take compress choose
    std var nanstd nanvar median nanmedian percentile quantile cumulative_sum einsum
    """)
OUT_PLACES = {
    f"numpy.{name}": place
    for place, names in enumerate((_OUT_SECOND, _OUT_THIRD, _OUT_FOURTH), start=1)
    for name in names
}
# Functions whose result holds none of what went in.
ATOMIC_FUNCTIONS_MODULES = word_set("math cmath statistics hashlib base64 platform textwrap time")
ATOMIC_FUNCTIONS = word_set(
    """copy.deepcopy json.dumps json.loads os.getenv os.getcwd os.path.join os.path.exists
    numpy.sum numpy.mean numpy.std numpy.var numpy.median numpy.min numpy.max numpy.any numpy.all
    numpy.allclose numpy.array_equal numpy.isclose numpy.sqrt numpy.exp numpy.log numpy.sin
    numpy.cos numpy.abs numpy.dot numpy.round numpy.cumsum numpy.arange numpy.linspace numpy.zeros
    numpy.ones numpy.unique numpy.percentile numpy.corrcoef numpy.zeros_like numpy.ones_like
    numpy.isnan numpy.count_nonzero pandas.isna pandas.notna pandas.read_csv pandas.date_range
    pandas.get_dummies pandas.crosstab re.sub re.findall re.split
    random.random random.randint random.gauss random.uniform"""
)
# Decorators and context managers after which the body may have stopped half-way.
SUPPRESSING = word_set("suppress raises assertRaises assertWarns warns")

# What a session calls modules when nobody says otherwise; names that may well be variables, such
# as `time` and `copy`, are not among them.
CUSTOMARY_MODULES = {
    "np": "numpy", "numpy": "numpy", "pd": "pandas", "pandas": "pandas",
    "plt": "matplotlib.pyplot", "mpl": "matplotlib", "matplotlib": "matplotlib",
    "sns": "seaborn", "seaborn": "seaborn", "nx": "networkx", "networkx": "networkx",
    "sm": "statsmodels.api", "smf": "statsmodels.formula.api", "tf": "tensorflow", "torch": "torch",
    "pl": "polars", "xr": "xarray", "sklearn": "sklearn", "scipy": "scipy",
    "random": "random", "os": "os", "sys": "sys", "warnings": "warnings",
    "math": "math", "json": "json", "re": "re", "itertools": "itertools",
    "functools": "functools",
    "datetime": "datetime", "pickle": "pickle",
    "csv": "csv", "sqlite3": "sqlite3", "shutil": "shutil", "subprocess": "subprocess",
    "pathlib": "pathlib", "Path": "pathlib.Path", "joblib": "joblib",
    "heapq": "heapq", "contextlib": "contextlib",
}  # fmt: skip


def _is_in_pure_module(name: str) -> bool:
    module = name.rpartition(".")[0]
    while module:
        if module in PURE_MODULES:
            return True
        module = module.rpartition(".")[0]
    return False


def is_pure_function(name: str) -> bool:
    """Tell whether a function with this full name changes no argument, out= and callbacks apart."""
    if name in IMPURE_FUNCTIONS:
        return False
    owner, _, method = name.rpartition(".")
    if _is_class(owner.rpartition(".")[2]):
        # pd.DataFrame.insert(df, 0, "id", ids)
        return method in PURE_METHODS or method.startswith("from")
    return _is_in_pure_module(name) or _makes_estimator(name)


def _is_class(name: str) -> bool:
    return name[:1].isupper() or name in _CLASSES


def _makes_estimator(name: str) -> bool:
    """Tell whether a call makes an estimator: by scikit-learn's rules that stores what it is given.

    https://scikit-learn.org/stable/developers/develop.html#instantiation
    """
    package, last = name.partition(".")[0], name.rpartition(".")[2]
    return package in _ESTIMATOR_PACKAGES and (last[:1].isupper() or last in _ESTIMATOR_MAKERS)


def is_atomic_function(name: str) -> bool:
    """Tell whether the result of a function with this full name holds none of its arguments."""
    return name in ATOMIC_FUNCTIONS or name.rpartition(".")[0] in ATOMIC_FUNCTIONS_MODULES
