"""The browser that the console is tested and pictured with: Debian's Chromium, and letters for Chinese.

Plain Python without packages. Prints where it is, and installs it where this process may. Exit codes: 0 it is there,
1 it is not, with one sentence that says what to do.
"""

import os
import shutil
import sys
from pathlib import Path

from needed import StackError, last_line, run, say

NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-noto-cjk")
CJK_FONTS = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


def find_chromium() -> str | None:
    """The path of the browser; None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def install_missing() -> str:
    """The path of the browser, installed where this process may; `StackError` where it may not or cannot."""
    found = find_chromium()
    may = os.geteuid() == 0 and shutil.which("apt-get")
    if found and (CJK_FONTS.exists() or not may):
        return found
    if not may:
        raise StackError("Chromium cannot be found here: install chromium and start again.")
    run("apt-get", "update")
    done = run("apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES)
    if found := find_chromium():
        return found
    raise StackError(f"apt could not install Chromium: {last_line(done.stderr or done.stdout)}")


if __name__ == "__main__":
    try:
        say(install_missing())
    except StackError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
