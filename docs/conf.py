"""Sphinx configuration: pages in MyST, their code cells executed at every build."""

from importlib.metadata import version as installed_version

# Matplotlib's first use on a machine writes its font cache, and says so on standard error if that
# takes long. Here that is harmless; in a page it would count as an error.
import matplotlib.font_manager  # noqa: F401

project = "riskmodel"
author = "riskmodel contributors"
copyright = "2026, riskmodel contributors"
release = installed_version("riskmodel-childrens-services")
version = ".".join(release.split(".")[:2])

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["build", "**/.ipynb_checkpoints"]
templates_path = ["_templates"]
language = "en"
# Every cross-reference must resolve. There is no intersphinx, so that a build needs no network:
# names of other libraries are written as ``code``.
nitpicky = True
# Types in signatures that belong to Python or to other libraries.
# So do types that a module keeps to itself.
nitpick_ignore_regex = [
    ("py:.*", r"(?!riskmodel\.).*"),
    ("py:.*", r"riskmodel\.(.*\.)?_\w+"),
    ("py:.*", r"riskmodel\.(disclosure\.scrub\.IssueLike|intake\.tables\.convert\.Words)"),
    ("py:.*", r"riskmodel\.authority\.folder\.(problems|contents|inputs|sections)\.\w+"),
    ("py:.*", r"riskmodel\.(demand\.pooled\.growth(\.\w+)?|disclosure\.linking\.Links)"),
    ("py:.*", r"riskmodel\.(families\.DesignEffects|services\.survival\.Share)"),
    ("py:.*", r"riskmodel\.(report\.prose(\.Run)?|cohort\.care\.care_episodes)"),
    ("py:.*", r"riskmodel\.disclosure\.(ledger|memory\.Memory|remembering\.FigureMemory)"),
    ("py:.*", r"riskmodel\.(cohort\.published_care|cohort\.care_records\.care_records)"),
    ("py:.*", r"riskmodel\.intake\.(looked_after\.reading\.\w+|involvements\.Involvements)"),
    ("py:.*", r"riskmodel\.authority\.folder\.authority\.Result"),
    ("py:.*", r"riskmodel\.(snapshots\.StageMoves|scenarios\.definition\.Inherited)"),
    ("py:.*", r"riskmodel\.(intake\.result\.IssueLog|intake\.(.*\.)?Window|engines\.Result)"),
]

# A type that a signature names in short, where two modules have one of that name, links to none.
suppress_warnings = ["ref.python"]

# -- Pages ---------------------------------------------------------------------

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

# A page that raises, warns or hangs is a warning here, and so (sphinx -W) fails the build.
nb_execution_mode = "force"
nb_execution_show_tb = True
nb_execution_timeout = 900
nb_output_stderr = "error"
nb_merge_streams = False

# -- Reference -----------------------------------------------------------------

autosummary_generate = True
autosummary_imported_members = False
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

# -- Appearance ----------------------------------------------------------------

html_theme = "furo"
html_title = f"riskmodel {release}"
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["pages.css"]


def _readable_defaults(app, what, name, obj, options, signature, returns):
    """A default made anew for each object shows as three dots, which Sphinx can read."""
    return (signature.replace("<factory>", "...") if signature else signature), returns


def _without_tuples(app, what, name, obj, skip, options):
    """A name for a tuple type has no page of its own: autodoc cannot format its signature."""
    parts = (obj, *getattr(obj, "__args__", ()))
    return True if any(getattr(part, "__origin__", None) is tuple for part in parts) else None


def setup(app):
    app.connect("autodoc-skip-member", _without_tuples)
    app.connect("autodoc-process-signature", _readable_defaults)
