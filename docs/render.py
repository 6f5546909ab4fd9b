"""Runs a notebook and writes it, with what it printed and drew, as one page that needs nothing but itself.

    python docs/render.py                                 # the lesson, to docs/the_lazy_artist.html
    python docs/render.py docs/your_own_images.ipynb      # another one, to a page beside it

It takes `python -m pip install -e ".[notebooks]"`.
"""

from __future__ import annotations

import argparse
import re

from html import escape, unescape
from pathlib import Path
from typing import Any

import matplotlib
import nbformat
import torch

from markdown_it import MarkdownIt
from nbclient import NotebookClient
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from lazyartist.files import write_text
from lazyartist.reporting.page import html_page


LESSON = Path(__file__).with_name("the_lazy_artist.ipynb")
SECONDS = 600  # that a cell may take on a slow machine
MARKDOWN = MarkdownIt("commonmark", {"html": True})  # answers are folded by <details>
STYLE = """
:root { --word: #7a3e9d; --string: #0b6347; --number: #8f4400; --line: #d5dce0; --link: #1f5fa8; }
@media (prefers-color-scheme: dark) { :root { --word: #d3a4ee; --string: #7fd1ae; --number: #f0b47f; --line: #35414a;
  --link: #8fc0f5; } }
body { max-width: 56rem; font-size: 1.05rem; line-height: 1.6; padding: 1rem 1rem 4rem; }
p, ul, ol { max-width: 44rem; }
h1 { font-size: 2rem; margin: 1rem 0; }
h2 { font-size: 1.45rem; margin: 3.5rem 0 .5rem; padding-top: .5rem; border-top: 3px solid var(--most); }
p, li { color: var(--ink); } p { margin: .8rem 0; }
a { color: var(--link); }
nav ol { list-style: none; margin: 1.5rem 0; padding: .8rem 1.2rem; background: var(--card); border-radius: .5rem; }
pre, code { font: .8rem/1.5 ui-monospace, Menlo, Consolas, monospace; }
p code, li code { font-size: .9em; background: var(--card); border-radius: .2rem; padding: .1rem .25rem; }
pre { background: var(--card); border-radius: .5rem; padding: .7rem .9rem; margin: 1rem 0; overflow-x: auto; }
pre code { background: none; padding: 0; }
pre.said { background: none; border-left: 3px solid var(--line); border-radius: 0; padding: .2rem .9rem;
  white-space: pre-wrap; }
figure { margin: 1rem 0; overflow-x: auto; }
figure img { width: auto; max-width: 100%; min-width: 34rem; image-rendering: auto; background: #fff; }
details { border: 1px solid var(--line); border-radius: .5rem; padding: .1rem .9rem; margin: .8rem 0 1.6rem; }
summary { cursor: pointer; padding: .45rem 0; font-weight: 600; }
footer p { color: var(--quiet); font-size: .85rem; }
.k, .kn, .kc, .ow { color: var(--word); } .c1 { color: var(--quiet); font-style: italic; }
.s1, .s2, .sd, .sa { color: var(--string); } .mi, .mf { color: var(--number); }
@media print { details::details-content { content-visibility: visible; block-size: auto; }
  figure { break-inside: avoid; } figure img { min-width: 0; } pre { white-space: pre-wrap; } nav { display: none; } }
"""


def execute(path: Path) -> Any:
    """Run a notebook from top to bottom, as a kernel beside it does, and return it with its outputs.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell fails; says which, and why.
    """
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=SECONDS, resources={"metadata": {"path": str(path.parent)}}).execute()
    return notebook


def page(notebook: Any, name: str) -> str:
    """Return an executed notebook as HTML: its first heading is the title, the others are its contents.

    Args:
        notebook: with outputs.
        name: of its file, which stands at the end.
    """
    title, _, rest = notebook.cells[0].source.partition("\n")
    parts = [_words(rest), *(_cell(cell) for cell in notebook.cells[1:])]
    headings = re.findall(r'<h2 id="(.*?)">(.*?)</h2>', "".join(parts))
    links = "".join(f'<li><a href="#{place}">{words}</a></li>' for place, words in headings)
    parts.insert(0, f'<nav aria-label="Contents"><ol>{links}</ol></nav>')
    made = (
        f"Made from {name} by docs/render.py, with torch {torch.__version__} and matplotlib {matplotlib.__version__}."
    )
    return html_page(title.lstrip("# "), [*parts, f"<footer><p>{escape(made)}</p></footer>"], STYLE)


def _cell(cell: Any) -> str:
    if cell.cell_type == "markdown":
        return _words(cell.source)
    code = highlight(cell.source.rstrip(";"), PythonLexer(), HtmlFormatter(nowrap=True))
    return f"<pre><code>{code}</code></pre>\n" + "\n".join(_output(output, cell.source) for output in cell.outputs)


def _words(markdown: str) -> str:
    html: str = MARKDOWN.render(markdown)
    return re.sub(r"<h2>(.*?)</h2>", lambda found: f'<h2 id="{_place(found[1])}">{found[1]}</h2>', html)


def _place(heading: str) -> str:
    return re.sub(r"\W+", "-", unescape(heading).lower()).strip("-")


def _output(output: Any, source: str) -> str:
    """Return what a cell printed or drew; a picture is told in words by the comment that its cell begins with."""
    if output.output_type == "stream":  # on stderr stands what is no result: how far a download is, say
        return f'<pre class="said">{escape(output.text)}</pre>' if output.name == "stdout" else ""
    if "image/png" not in output.data:
        return f'<pre class="said">{escape(output.data["text/plain"])}</pre>'
    first = source.partition("\n")[0]
    if not first.startswith("# "):
        raise ValueError(f"a cell that draws begins with a comment that says what is to be seen, not with {first!r}")
    png = output.data["image/png"].replace("\n", "")
    return f'<figure><img src="data:image/png;base64,{png}" alt="{escape(first[2:])}"></figure>'


def main() -> None:
    """Render the notebook that is named, or the lesson."""
    parser = argparse.ArgumentParser(description="Run a notebook and write it as a page that needs nothing but itself.")
    parser.add_argument("notebook", type=Path, nargs="?", default=LESSON, help="by default the lesson")
    parser.add_argument("--output", type=Path, metavar="FILE", help="by default beside the notebook")
    options = parser.parse_args()
    output = options.output or options.notebook.with_suffix(".html")
    write_text(output, html := page(execute(options.notebook.resolve()), options.notebook.name))
    print(f"{output}, {len(html.encode()) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
