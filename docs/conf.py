"""The documentation as a site: `make docs` builds it into out/docs, without a network; a warning is an error."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the commands' page asks `assay` itself

project = "assay"
extensions = ["myst_parser", "sphinx_click"]
exclude_patterns = ["_build"]
nitpicky = True

myst_heading_anchors = 4  # as a code host makes them
myst_disable_syntax = ["myst_line_comment"]  # a line that begins with a per cent sign is text
default_role = "code"  # the commands' texts put code into single backticks
highlight_language = "text"  # what is indented is a command, a table of settings, or what was printed
#: Files of the tree that have a page here: what other pages link to.
PAGES_OF = {
    "../CHANGELOG.md": "changelog.md",
    "../CONTRIBUTING.md": "contributing.md",
    "../DECISIONS.md": "decisions.md",
    "../SECURITY.md": "security.md",
    "../CODE_OF_CONDUCT.md": "conduct.md",
}

#: Named in index.md's table of contents, and left out of it until they are written.
TO_BE_WRITTEN = ("architecture", "performance", "scaling")

html_theme = "furo"
html_title = "assay"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_sphinx = False
html_static_path = ["site"]
html_css_files = ["site.css"]
html_favicon = "../console/static/mark.svg"


def _fit_for_the_site(_app, page, source):
    """The text of a page as the site needs it, where a code host needs another one."""
    for file, instead in PAGES_OF.items():
        source[0] = source[0].replace(f"]({file}", f"]({instead}")
    if page == "index":
        missing = [name for name in TO_BE_WRITTEN if not (ROOT / f"docs/{name}.md").exists()]
        source[0] = "\n".join(line for line in source[0].split("\n") if line not in missing)


def _examples_as_code(_app, _context, lines):
    """What a command's help sets apart by a bell becomes a block of code; sphinx-click makes verses of it."""
    made, is_code = [], False
    for line in lines:
        if line.startswith("| ") and not is_code:
            made += [".. code-block:: text", ""]
        if not line.startswith("| ") and is_code:
            made.append("")
        is_code = line.startswith("| ")
        made.append(f"   {line[2:]}" if is_code else line)
    lines[:] = made


def setup(app):
    """Called by Sphinx."""
    app.connect("sphinx-click-process-description", _examples_as_code)
    app.connect("source-read", _fit_for_the_site)
