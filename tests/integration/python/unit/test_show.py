"""Watches that show themselves, in a notebook and outside."""

from __future__ import annotations

import asyncio
import re
import sys
import threading
import time
import types
from typing import Any, Callable, List

import pytest

import paperwire
from fake_server import FakeServer
from invented import make_papers


class Notebook:
    """Stands for IPython, with a kernel or on a terminal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.drawn: List[str] = []
        self.times: List[float] = []
        self.shell = types.SimpleNamespace(kernel=object())
        ipython: Any = types.ModuleType("IPython")
        ipython.get_ipython = lambda: self.shell
        display: Any = types.ModuleType("IPython.display")
        display.display = self.display
        monkeypatch.setitem(sys.modules, "IPython", ipython)
        monkeypatch.setitem(sys.modules, "IPython.display", display)

    def display(self, shown: Any, display_id: bool) -> Any:
        assert display_id
        self.update(shown)
        return types.SimpleNamespace(update=self.update)

    def update(self, shown: Any) -> None:
        self.drawn.append(shown._repr_html_().replace("&#x27;", "'"))
        self.times.append(time.monotonic())


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Notebook:
    return Notebook(monkeypatch)


def test_lines_outside_a_notebook(
    server: FakeServer,
    client: paperwire.Client,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server.store(
        *make_papers(2), paperwire.Paper("Sparse\x1b[2J\nStudy \u202e 2")
    )
    client.watch("sparse", start="beginning", until_caught_up=True).show()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
    pattern = rf"{stamp}  new +Sparse Study 0  Ada Plume et al.  2020-03-01"
    assert re.fullmatch(pattern, lines[0])
    assert "\x1b" not in lines[2]
    assert "\u202e" not in lines[2]


def test_ipython_on_a_terminal_shows_lines(
    notebook: Notebook,
    server: FakeServer,
    client: paperwire.Client,
    capsys: pytest.CaptureFixture[str],
) -> None:
    notebook.shell = types.SimpleNamespace()
    server.store(*make_papers(2))
    client.watch("sparse", start="beginning").show(limit=2)
    assert notebook.drawn == []
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_a_table_that_fills(
    notebook: Notebook,
    server: FakeServer,
    client: paperwire.Client,
    capsys: pytest.CaptureFixture[str],
) -> None:
    watch = client.watch("sparse")

    def fill() -> None:
        for number in range(60):
            server.store(*make_papers(1, start=number))
            time.sleep(0.02)

    threading.Thread(target=fill).start()
    watch.show(limit=60)
    assert "0 matches for 'sparse'; watching" in notebook.drawn[0]
    last = notebook.drawn[-1]
    assert "60 matches for 'sparse'<" in last
    assert last.count("<tr>") == 1 + 20
    assert "… after 40 more matches" in last
    assert last.index("Sparse Study 59") < last.index("Sparse Study 58")
    apart = [b - a for a, b in zip(notebook.times, notebook.times[1:-1])]
    assert len(apart) >= 3
    assert min(apart) > 0.24
    assert capsys.readouterr().out == ""


def test_what_came_last_is_drawn_without_another(
    notebook: Notebook, server: FakeServer, client: paperwire.Client
) -> None:
    server.store(*make_papers(2))
    watch = client.watch("sparse", start="beginning")
    thread = threading.Thread(target=watch.show)
    thread.start()
    time.sleep(0.6)
    assert "2 matches for 'sparse'; watching" in notebook.drawn[-1]
    watch.stop()
    thread.join(5)
    assert "2 matches for 'sparse'<" in notebook.drawn[-1]


def test_titles_are_escaped(
    notebook: Notebook, server: FakeServer, client: paperwire.Client
) -> None:
    server.store(paperwire.Paper("<script>sparse", authors=["<b>"]))
    client.watch("sparse", start="beginning").show(limit=1)
    assert "<script" not in notebook.drawn[-1]
    assert "<b>" not in notebook.drawn[-1]


def test_it_ends(server: FakeServer, client: paperwire.Client) -> None:
    def took(watch: paperwire.Watch, **how: Any) -> float:
        started = time.monotonic()
        watch.show(**how)
        return time.monotonic() - started

    assert 0.3 < took(client.watch("sparse"), seconds=0.4) < 2
    assert 0.3 < took(client.watch("sparse", timeout=0.4)) < 2
    assert took(client.watch("sparse", until_caught_up=True)) < 2
    for wrong in ({"limit": 0}, {"seconds": 0}, {"seconds": -1.0}):
        with pytest.raises(ValueError, match="is not above 0"):
            client.watch("sparse").show(**wrong)


def test_what_was_shown_is_committed_and_the_watch_goes_on(
    server: FakeServer,
    client: paperwire.Client,
    capsys: pytest.CaptureFixture[str],
) -> None:
    client.subscriptions.create("sparse", id="s")
    server.store(*make_papers(5))
    watch = client.watch(subscription="s", timeout=5)
    watch.show(limit=2)
    assert client.subscriptions.get("s").cursor.sequence == 2
    watch.show(limit=2)
    assert next(watch).paper.title == "Sparse Study 4"
    watch.stop()
    assert client.subscriptions.get("s").cursor.sequence == 4
    assert len(capsys.readouterr().out.splitlines()) == 4


@pytest.mark.parametrize("inside", [True, False])
def test_an_interrupt(
    notebook: Notebook,
    server: FakeServer,
    client: paperwire.Client,
    monkeypatch: pytest.MonkeyPatch,
    inside: bool,
) -> None:
    if not inside:
        notebook.shell = None
    client.subscriptions.create("sparse", id="s")
    server.store(*make_papers(3))
    watch = client.watch(subscription="s")
    wait = watch._event

    def interrupted(deadline: Any) -> Any:
        if watch._core.count == 3:
            raise KeyboardInterrupt
        return wait(deadline)

    monkeypatch.setattr(watch, "_event", interrupted)
    if inside:
        watch.show()
        assert "3 matches" in notebook.drawn[-1]
        assert "watching" not in notebook.drawn[-1]
    else:
        with pytest.raises(KeyboardInterrupt):
            watch.show()
    watch.stop()
    assert client.subscriptions.get("s").cursor.sequence == 3


def test_errors_come_through(
    notebook: Notebook, server: FakeServer, client: paperwire.Client
) -> None:
    client.subscriptions.create("sparse", id="s")
    watch = client.watch(subscription="s")
    client.subscriptions.delete("s")
    with pytest.raises(paperwire.NotFound):
        watch.show()
    assert "watching" not in notebook.drawn[-1]


def test_what_a_watch_says_of_itself(
    server: FakeServer, client: paperwire.Client
) -> None:
    client.subscriptions.create("sparse", id="s")
    server.store(*make_papers(1))
    watch = client.watch(subscription="s", timeout=0.3)
    assert repr(watch) == "Watch(s, open, 0 matches)"
    list(watch)
    assert repr(watch) == "Watch(s, live, 1 match)"
    watch.stop()
    assert "stopped" in repr(watch)
    assert repr(client.watch("a\x1b[2J")).startswith("Watch('a [2J', ")


def test_asyncio(
    notebook: Notebook,
    server: FakeServer,
    run: Callable[[Any], None],
) -> None:
    async def body(client: paperwire.AsyncClient) -> None:
        await client.subscriptions.create("sparse", id="s")
        await asyncio.to_thread(server.store, *make_papers(3))
        watch = client.watch(subscription="s")
        await watch.show(limit=2)
        assert "2 matches" in notebook.drawn[-1]
        await watch.show(seconds=0.3)
        assert "1 match " in notebook.drawn[-1]
        there = await client.subscriptions.get("s")
        assert there.cursor.sequence == 3
        assert repr(watch).startswith("AsyncWatch(s")
        task = asyncio.ensure_future(watch.show())
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert "watching" not in notebook.drawn[-1]
        with pytest.raises(ValueError, match="limit"):
            await watch.show(limit=0)

    run(body)
