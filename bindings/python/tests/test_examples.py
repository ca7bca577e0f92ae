"""The examples as scripts and as notebooks, the snippets of the README and of docs/python.md, docstrings, stubs."""

from __future__ import annotations

import doctest
import importlib.util
import os
import pathlib
import re
import subprocess
import sys
from typing import Any

import made_up_lists
import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient

import cloudkit

EXAMPLES = ROOT / "examples" / "python"
PICTURE = EXAMPLES / "spot_interruption.svg"
BINDINGS = ROOT / "bindings" / "python"


def notebooks() -> Any:
    spec = importlib.util.spec_from_file_location("notebooks", EXAMPLES / "notebooks.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


NOTEBOOKS = notebooks()


@pytest.fixture
def spot_prices(tmp_path: pathlib.Path) -> None:
    made_up_lists.write(tmp_path / "lists")
    cloudkit.refresh(str(tmp_path / "lists"), as_of="2026-08-06")


@pytest.mark.parametrize("name", NOTEBOOKS.SCRIPTS)
def test_scripts_run(name: str, spot_prices: None) -> None:
    ran = subprocess.run([sys.executable, EXAMPLES / name], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "USD" in ran.stdout or "offers have a price" in ran.stdout


@pytest.mark.parametrize("name", NOTEBOOKS.SCRIPTS)
def test_notebooks_are_the_scripts_and_run(name: str, spot_prices: None) -> None:
    path = (EXAMPLES / name).with_suffix(".ipynb")
    assert path.read_text() == NOTEBOOKS.notebook((EXAMPLES / name).read_text()), "run python examples/python/notebooks.py"
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    assert any(cell.get("outputs") for cell in notebook.cells)


def tidied(picture: pathlib.Path) -> str:
    """A picture without the blanks that matplotlib leaves at the ends of lines."""
    return "".join(line.rstrip() + "\n" for line in picture.read_text().splitlines())


def test_the_picture_is_the_one_that_is_drawn(tmp_path: pathlib.Path, spot_prices: None) -> None:
    drawn = tmp_path / "picture.svg"
    script = [sys.executable, EXAMPLES / "spot_interruption.py", drawn, "made-up prices and rates of a test"]
    subprocess.run(script, check=True, capture_output=True, env={**os.environ, "MPLBACKEND": "Agg"})
    if os.environ.get("CLOUDKIT_UPDATE_PICTURES"):
        PICTURE.write_text(tidied(drawn))
    assert tidied(drawn) == PICTURE.read_text(), "draw it again with CLOUDKIT_UPDATE_PICTURES=1"


@pytest.mark.parametrize("name", ["README.md", "docs/python.md"])
def test_snippets_run(name: str) -> None:
    """The snippets of a document are one session, from top to bottom; their ``>>>`` lines are compared."""
    snippets = re.findall(r"```python\n(.*?)```", (ROOT / name).read_text(), re.DOTALL)
    assert snippets
    test = doctest.DocTestParser().get_doctest("\n".join(snippets), {}, name, name, 0)
    assert test.examples
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test)
    assert result.failed == 0


@pytest.mark.parametrize("name", ["cloudkit", "cloudkit.aio", "cloudkit._truffle"])
def test_docstrings_are_true(name: str) -> None:
    module = importlib.import_module(name)
    result = doctest.testmod(module, extraglobs={"cloudkit": cloudkit})
    assert result.failed == 0
    assert result.attempted > 0


def test_stubs_are_those_of_the_functions() -> None:
    checked = subprocess.run([sys.executable, BINDINGS / "stubs.py", "--check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("what", [["-p", "cloudkit"], [str(EXAMPLES / name) for name in NOTEBOOKS.SCRIPTS]])
def test_types_hold(what: list[str], tmp_path: pathlib.Path) -> None:
    """The wheel's own package, as a type checker sees it, and what is written with it."""
    site = pathlib.Path(cloudkit.__file__).parents[1]
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(ROOT / "target" / "mypy"), *what]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "MYPYPATH": str(site)})
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_what_a_wrong_type_says_is_in_the_stubs(tmp_path: pathlib.Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text("import cloudkit\ncloudkit.search(vcpu=3)\ncloudkit.search(limit='x')\n")
    site = pathlib.Path(cloudkit.__file__).parents[1]
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(ROOT / "target" / "mypy"), str(wrong)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "MYPYPATH": str(site)})
    assert checked.stdout.count("error:") == 2, checked.stdout + checked.stderr
