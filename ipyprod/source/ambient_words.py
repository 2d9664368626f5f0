"""Words by which calls that read or write ambient state are known."""

from ipyprod.source.word_sets import word_set

# Methods that draw on pyplot's figure when no axes are given, and methods of axes and figures.
PLOTTING_METHODS = word_set("plot hist boxplot hexbin")
DRAWING_METHODS = word_set("""
    scatter bar barh plot hist boxplot pie imshow contour contourf pcolormesh fill_between
    axhline axvline axhspan axvspan hlines vlines errorbar step stem text annotate legend
    grid twinx twiny set_title set_xlabel set_ylabel set_xlim set_ylim set_xticks set_yticks
    set_xticklabels set_yticklabels set_xscale set_yscale set_aspect set_axis_off axis
    tick_params invert_yaxis invert_xaxis margins suptitle tight_layout colorbar add_subplot
    add_axes subplots_adjust add_artist add_patch add_collection add_line set_size_inches
    set_facecolor autofmt_xdate semilogx semilogy loglog violinplot quiver streamplot
    plot_surface plot_wireframe
    """)
RANDOM_METHODS = word_set("""
    sample rvs fit fit_transform fit_predict fit_resample resample partial_fit bootstrap
    train_on_batch
    """)
RENDERING = word_set("print repr str ascii format display")
RENDERING_METHODS = word_set("""
    to_string to_html to_latex to_markdown info __repr__ __str__ format format_map pformat pprint
    substitute safe_substitute
    """)
# What makes text of whatever it is given, where it is handed over: `map(str, rows)`.
RENDERERS = word_set("repr str ascii format format_map __repr__ __str__ pformat")
ASKING_FOR_TYPES = word_set("isinstance issubclass")
NAMING_TYPES = word_set("dtype dtypes type cls converters")
CWD_FUNCTIONS = word_set("""
    os.getcwd os.listdir os.walk os.scandir os.path.abspath os.path.realpath os.path.exists
    os.path.isfile os.path.isdir glob.glob glob.iglob pathlib.Path.cwd
    """)
# They make a list of colours, or fetch a table, and draw nothing.
SEABORN_QUESTIONS = word_set("""
    color_palette hls_palette husl_palette cubehelix_palette dark_palette light_palette
    diverging_palette blend_palette xkcd_palette crayon_palette mpl_palette load_dataset
    get_dataset_names get_data_home desaturate saturate set_hls_values
    """)
SEABORN_SETTINGS = word_set("""
    set set_theme set_style set_context set_palette set_color_codes reset_defaults
    reset_orig
    """)
WARNING_WRITERS = word_set("filterwarnings simplefilter resetwarnings catch_warnings")
NUMPY_FRESH = word_set("""
    default_rng Generator RandomState SeedSequence PCG64 PCG64DXSM MT19937 Philox SFC64
    BitGenerator
    """)
SEEDED_BY_PART = word_set("Generator BitGenerator")  # what they are given has the seed
NEVER_DRAWING = ("set_", "get_", "config_")  # functions of libraries that draw in others
FROM_ENTROPY = word_set("os.urandom os.getrandom uuid.uuid1 uuid.uuid4")
TORCH_DRAWS = word_set("""
    rand randn randint randperm normal bernoulli multinomial rand_like randn_like
    randint_like poisson
    """)
PYPLOT_QUESTIONS = word_set("""
    cycler get_cmap get_fignums get_figlabels fignum_exists isinteractive getp
    """)
