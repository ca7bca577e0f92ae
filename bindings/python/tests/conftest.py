"""Every test is in a sealed home: no variable of the tester's, no cache, no network, and a day that stands still."""

from __future__ import annotations

import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
#: The command line that answers are compared with.
PROGRAM = pathlib.Path(os.environ.get("CLOUDKIT_PROGRAM", ROOT / "target" / "debug" / "cloudkit"))
NOBODY = "http://127.0.0.1:9"
NOT_OURS = ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE", "AWS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY")


@pytest.fixture(autouse=True)
def home(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    for name in NOT_OURS:
        monkeypatch.delenv(name, raising=False)
    folders = {"XDG_CONFIG_HOME": ".config", "XDG_CACHE_HOME": ".cache", "XDG_STATE_HOME": ".local/state"}
    for name, folder in folders.items():
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("CLOUDKIT_TODAY", "2026-08-10")
    for name in ("SPOT_PRICES", "INTERRUPTIONS", "ON_DEMAND_PRICES", "LOCATIONS"):
        monkeypatch.setenv(f"CLOUDKIT_{name}_URL", f"{NOBODY}/{name}")
    return tmp_path


@pytest.fixture
def lists() -> str:
    """A folder with small lists of AWS's: Frankfurt, Tokyo and their spot prices."""
    return str(ROOT / "examples" / "lists")
