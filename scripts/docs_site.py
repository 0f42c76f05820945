"""Hooks of mkdocs: the site also has the pages of the repository's root, and links lead to them.

In the repository a link leads from file to file, such as ``../CONVENTIONS.md`` in a page of docs/.
On the site all pages lie in one folder, and files that are no pages are not there.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
ROOT_PAGES = ("CONVENTIONS.md", "CONTRIBUTING.md", "CHANGELOG.md")
#: The README and the front page of the site say the same.
FRONT = {"README.md": "index.md"}
_LINK = re.compile(r"\[([^\]]*)\]\(([^)#\s]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the root."""
    for name in ROOT_PAGES:
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Let the links of a page lead to where the site has their targets."""
    return site_links(markdown, page.file.src_uri)


def site_links(markdown: str, page: str) -> str:
    """Rewrite the links of a page.

    Parameters
    ----------
    page : path of the page on the site, such as ``tutorials/yumi.md``.

    Returns
    -------
    The text; a link to a file that is not on the site is replaced by its words.
    """
    place = page if page in ROOT_PAGES else f"docs/{page}"

    def rewritten(match: re.Match[str]) -> str:
        words, target, anchor = match[1], match[2], match[3] or ""
        if "://" in target:
            return match[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(place), target))
        name = FRONT.get(path, path.removeprefix("docs/"))
        if name == path and path not in ROOT_PAGES:
            return words
        return f"[{words}]({posixpath.relpath(name, posixpath.dirname(page) or '.')}{anchor})"

    return _LINK.sub(rewritten, markdown)
