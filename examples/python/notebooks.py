"""Writes the notebooks from the scripts, cell by cell: ``python notebooks.py``. Nothing in a notebook is edited by hand."""

from __future__ import annotations

import pathlib
import re

import nbformat

FOLDER = pathlib.Path(__file__).parent
SCRIPTS = ("cheapest_h100.py", "spot_interruption.py")


def notebook(script: str) -> str:
    """The notebook of a script whose cells begin with ``# %%``."""
    document = nbformat.v4.new_notebook()
    cells = re.split(r"^# %%(.*)\n", script, flags=re.MULTILINE)[1:]
    for kind, text in zip(cells[::2], cells[1::2]):
        text = text.strip()
        if "markdown" in kind:
            cell = nbformat.v4.new_markdown_cell(re.sub(r"^# ?", "", text, flags=re.MULTILINE))
        else:
            cell = nbformat.v4.new_code_cell(text)
        cell["id"] = f"cell-{len(document.cells)}"
        document.cells.append(cell)
    return str(nbformat.writes(document)) + "\n"


def main() -> None:
    for name in SCRIPTS:
        script = FOLDER / name
        script.with_suffix(".ipynb").write_text(notebook(script.read_text()))


if __name__ == "__main__":
    main()
