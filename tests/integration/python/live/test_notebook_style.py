"""What a notebook does: import, search to a frame, watch with resume.

The watch is killed in the middle and resumed from its cursor store; nothing
may be lost, and nothing may come twice.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Dict, List

import paperwire

CONSUMER = """
import sys
import paperwire

address, word, folder, done = sys.argv[1:]
with paperwire.Client(address) as client:
    store = paperwire.FileCursorStore(folder)
    watch = client.watch(word, start="beginning", cursor_store=store)
    for match in watch:
        with open(done, "a") as log:
            log.write(match.paper.title + "\\n")
"""


def papers(word: str, start: int, count: int) -> List[Dict[str, Any]]:
    return [
        {
            "title": f"Of {word} and the number {number}",
            "published": "2024-03-01",
            "ids": {"live-test": f"{word}-{number}"},
        }
        for number in range(start, start + count)
    ]


def titles(word: str, count: int) -> List[str]:
    return [f"Of {word} and the number {n}" for n in range(count)]


def test_blocking(address: str, word: str, tmp_path: Path) -> None:
    client = paperwire.Client(address)
    assert client.import_papers(papers(word, 0, 60)).created == 60
    frame = client.search(word).to_pandas()
    assert sorted(frame.title) == sorted(titles(word, 60))

    done: List[str] = []
    for stop_at in (7, 31, 60, 95, 150):
        if stop_at == 95:  # papers that arrive while nobody watches
            client.import_papers(papers(word, 60, 40))
        if stop_at == 150:  # and some that arrive while somebody does
            late = threading.Timer(
                0.3,
                lambda: paperwire.Client(address).import_papers(
                    papers(word, 100, 50)
                ),
            )
            late.start()
        store = paperwire.FileCursorStore(tmp_path)
        watch = client.watch(
            word, start="beginning", cursor_store=store, timeout=20
        )
        for match in watch:
            done.append(match.paper.title)
            if len(done) == stop_at:
                watch.commit()
                break
        watch.stop()
    assert done == titles(word, 150)
    client.close()


def test_a_killed_process_resumes(
    address: str, word: str, tmp_path: Path
) -> None:
    """At most the match that was in work when the kill came is done again."""
    with paperwire.Client(address) as client:
        client.import_papers(papers(word, 0, 300))
    log = tmp_path / "done"
    log.touch()
    command = [
        sys.executable,
        "-c",
        CONSUMER,
        address,
        word,
        str(tmp_path / "cursors"),
        str(log),
    ]
    goals = (40, 120, 200, 300)
    for goal in goals:
        with subprocess.Popen(command) as consumer:
            deadline = time.monotonic() + 60
            while len(set(log.read_text().splitlines())) < goal:
                assert consumer.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.005)
            consumer.send_signal(signal.SIGKILL)
    done = log.read_text().splitlines()
    assert list(dict.fromkeys(done)) == titles(word, 300)
    assert len(done) <= 300 + len(goals)


def test_asyncio(address: str, word: str, tmp_path: Path) -> None:
    async def consume(
        client: paperwire.AsyncClient, done: List[str], stop_at: int
    ) -> None:
        watch = client.watch(
            word,
            start="beginning",
            cursor_store=paperwire.FileCursorStore(tmp_path),
            timeout=20,
        )
        async with watch:
            async for match in watch:
                done.append(match.paper.title)
                if len(done) == stop_at:
                    await watch.commit()
                    return

    async def notebook() -> None:
        async with paperwire.AsyncClient(address) as client:
            report = await client.import_papers(papers(word, 0, 60))
            assert report.created == 60
            results = await client.search(word)
            assert results.total == 60
            frame = await results.to_pandas()
            assert sorted(frame.title) == sorted(titles(word, 60))
            assert len([p async for p in client.export(word)]) == 60
            done: List[str] = []
            await consume(client, done, 7)
            await consume(client, done, 31)
            await client.import_papers(papers(word, 60, 40))
            await consume(client, done, 95)

            # Killed in the middle of its wait, then resumed.
            task = asyncio.ensure_future(consume(client, done, 10_000))
            while len(done) < 100:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.2)
            task.cancel()
            await asyncio.wait([task])
            await client.import_papers(papers(word, 100, 50))
            await consume(client, done, 150 + len(done) - 100)
            # The one that was in work when the kill came may come again.
            assert list(dict.fromkeys(done)) == titles(word, 150)
            assert len(done) <= 151

    asyncio.run(notebook())


def test_watch_delivers_what_search_finds(address: str, word: str) -> None:
    with paperwire.Client(address) as client:
        query = paperwire.Query(f"{word} -even", categories="cs.LG")
        with client.watch(query, timeout=20) as watch:
            rows = papers(word, 0, 100)
            for number, row in enumerate(rows):
                row["abstract"] = "even" if number % 2 == 0 else "odd"
                row["categories"] = ["cs.LG"] if number % 3 else ["cs.CL"]
            client.import_papers(rows, batch_size=7)
            wanted = {h.name for h in client.search(query, strict=True)}
            assert len(wanted) == 33
            got = [next(watch).paper.name for _ in wanted]
            assert set(got) == wanted
            # A change that makes a paper match delivers it, too.
            rows[0]["abstract"] = "odd after all"
            rows[0]["categories"] = ["cs.LG"]
            client.import_papers(rows[:1])
            match = next(watch)
            assert match.paper.title == rows[0]["title"]
            assert not match.created


def test_the_notebook_runs(address: str, tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[4]
    notebook = root / "client" / "python" / "examples" / "paperwire.ipynb"
    environment = {
        **os.environ,
        "PAPERWIRE_ADDRESS": address,
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "JUPYTER_PLATFORM_DIRS": "1",
    }
    ran = subprocess.run(
        [
            sys.executable,
            *("-m", "nbconvert", "--to", "notebook", "--execute"),
            *("--ExecutePreprocessor.timeout=120", "--output-dir"),
            *(str(tmp_path), "--output", "ran.ipynb", str(notebook)),
        ],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-5000:]
    cells = json.loads((tmp_path / "ran.ipynb").read_text())["cells"]
    outputs = json.dumps([cell.get("outputs") for cell in cells])
    assert "<mark>" in outputs
    assert "nothing lost, nothing twice" in outputs
    shown = re.search(r"([01]) match(es)? for notebook-kites<", outputs)
    assert shown, "the table was not drawn to its end"
    assert "1 subscription<" in outputs or "subscriptions<" in outputs
    assert re.search(r"\d matches, [0-9.]+ a day", outputs)
    committed = json.loads(notebook.read_text())["cells"]
    assert not any(cell.get("outputs") for cell in committed)
