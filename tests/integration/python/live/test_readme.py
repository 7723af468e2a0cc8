"""The README's Python runs as it stands, block after block."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Dict

import pytest

import paperwire

README = Path(__file__).resolve().parents[4] / "client" / "python" / "README.md"


def test_blocks_run(
    address: str,
    client: paperwire.Client,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for old in list(client.export("source:readme")):  # of an earlier run
        client.delete(old.name)
    client.subscriptions.delete("readme-kites", missing_ok=True)
    monkeypatch.setenv("PAPERWIRE_ADDRESS", address)
    text = README.read_text("utf-8")
    names: Dict[str, Any] = {"__name__": "readme"}
    blocks = list(re.finditer(r"^```python\n(.*?)^```$", text, re.M | re.S))
    assert len(blocks) >= 10
    for block in blocks:
        line = text.count("\n", 0, block.start()) + 1
        code = compile("\n" * line + block.group(1), str(README), "exec")
        exec(code, names)
    shown = capsys.readouterr().out
    assert "2 papers in" in shown
    assert "new: Kites at Night" in shown
    # The journal also tells of the papers that an earlier run left.
    first = {line for line in shown.splitlines() if "first run:" in line}
    assert {
        "first run: Counting Clouds with Kites",
        "first run: A Sparse History of Paper Boats",
        "first run: Kites at Night",
    } <= first
    assert "second run:" not in shown
    assert "Monday: Kites in Snow" in shown
    assert "Tuesday:" not in shown
    assert names["kites"].pending == 0
    assert names["test"].total >= 3
    with pytest.raises(paperwire.NotFound):
        client.subscriptions.get("readme-kites")
    assert "query.text" in shown
    assert len(names["frame"]) >= 1
    names["client"].close()
