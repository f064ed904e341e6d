"""A part of a page that is made from the code, between two marks in it."""

import sys
from typing import Final

BEGIN: Final = "<!-- generated: {} -->\n"
END: Final = "<!-- end of generated -->\n"


def with_part(page: str, name: str, part: str) -> str:
    """The page with its part of that name as it is now; ends the process where the page has lost the marks."""
    begin = BEGIN.format(name)
    before, mark, rest = page.partition(begin)
    _, end, after = rest.partition(END)
    if not (mark and end):
        sys.exit(f"A page has lost the marks between which its generated part stands; put them back: {begin}{END}")
    return f"{before}{begin}{part}{END}{after}"
