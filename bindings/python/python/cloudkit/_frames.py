"""Data frames of offers, through the Arrow C stream interface: no loop over rows, in Python or by objects."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import Offers


def _library(name: str, what_for: str, extra: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(f"{what_for} needs {name}: pip install 'cloudkit[{extra}]'") from error


def to_arrow(offers: Offers) -> Any:
    pyarrow = _library("pyarrow", "to_arrow()", "arrow")
    return pyarrow.RecordBatchReader.from_stream(offers).read_all()


def to_pandas(offers: Offers) -> Any:
    _library("pandas", "to_pandas()", "pandas")
    _library("pyarrow", "to_pandas()", "pandas")
    return to_arrow(offers).to_pandas()


def to_polars(offers: Offers) -> Any:
    polars = _library("polars", "to_polars()", "polars")
    return polars.DataFrame(offers)
