"""What a query would have delivered."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

import paperwire
from fake_server import FakeServer
from invented import make_papers

START = datetime(2031, 3, 1, 12, tzinfo=timezone.utc)


def fill(server: FakeServer, days: int = 40) -> None:
    """Stores on day n, from 0 on, n % 4 papers that match and one that not."""
    number = 0
    for day in range(days):
        at = START + timedelta(days=day)
        count = day % 4
        server.store(*make_papers(count, start=number), at=at)
        server.store(paperwire.Paper(f"Other {day}"), at=at)
        number += count


def test_a_span(server: FakeServer, client: paperwire.Client) -> None:
    fill(server)
    test = client.backtest("sparse", since="2031-03-01", until="2031-03-11")
    assert test.total == 0 + 1 + 2 + 3 + 0 + 1 + 2 + 3 + 0 + 1
    assert [count for _, count in test.days] == [
        *(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 0)
    ]
    assert test.days[0].date == date(2031, 3, 1)
    assert test.days[3] == (date(2031, 3, 4), 3)
    assert test.per_day == pytest.approx(1.3)
    assert test.since == datetime(2031, 3, 1, tzinfo=timezone.utc)
    assert test.until == datetime(2031, 3, 11, tzinfo=timezone.utc)
    assert test.query == paperwire.Query("sparse")
    assert test.sequence == server.sequence
    assert [m.paper.title for m in test.samples] == [
        f"Sparse Study {n}" for n in range(12, 2, -1)
    ]
    assert {m.token for m in test.samples} == {""}
    assert test.samples[0].stored == START + timedelta(days=9)


def test_days(server: FakeServer, client: paperwire.Client) -> None:
    fill(server)
    until = START + timedelta(days=40)
    ten = client.backtest("sparse", days=10, until=until)
    assert ten.until - ten.since == timedelta(days=10)
    assert ten.total == 17
    now = datetime.now(timezone.utc)
    server.store(*make_papers(2, start=900), at=now - timedelta(days=20))
    assert client.backtest("sparse").total == 2  # 30 days
    assert client.backtest("sparse", days=10).total == 0
    assert client.backtest("sparse", days=21.5).total == 2
    nothing = client.backtest("sparse", since=until, until=until)
    assert (nothing.total, nothing.per_day) == (0, 0.0)


def test_samples_and_news(server: FakeServer, client: paperwire.Client) -> None:
    fill(server, 4)
    span = {"since": "2031-03-01", "until": "2031-03-11"}
    assert client.backtest("sparse", samples=0, **span).samples == ()
    assert len(client.backtest("sparse", samples=2, **span).samples) == 2
    paper = make_papers(1)[0]
    newer = {**paper.to_dict(), "comment": "a second version"}
    server.store(paperwire.Paper.from_dict(newer), at=START + timedelta(days=5))
    assert client.backtest("sparse", **span).total == 6
    versions = client.backtest("sparse", news="versions", **span)
    assert versions.total == 7
    assert versions.samples[0].new_version
    assert versions.samples[0].news == "new version"
    query = paperwire.Query("sparse", categories="cs.LG")
    assert client.backtest(query, **span).total == 3


def test_what_fails(server: FakeServer, client: paperwire.Client) -> None:
    with pytest.raises(paperwire.InvalidQuery):
        client.backtest('"open')
    with pytest.raises(paperwire.InvalidArgument, match="span"):
        client.backtest("sparse", since="2031", until="2030")
    server.oldest_time = START
    with pytest.raises(paperwire.HistoryTooShort, match="journal") as caught:
        client.backtest("sparse", since="2031", until="2032")
    assert isinstance(caught.value, paperwire.OutOfRange)
    with pytest.raises(ValueError, match="not both"):
        client.backtest("sparse", since="2031", days=3)
    for days in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="days"):
            client.backtest("sparse", days=days)
    for samples in (-1, 101):
        with pytest.raises(ValueError, match="samples"):
            client.backtest("sparse", samples=samples)
    with pytest.raises(ValueError, match="news"):
        client.backtest("sparse", news="all")
    with pytest.raises(ValueError, match="since"):
        client.backtest("sparse", since="yesterday")
    server.delay = 1.0
    with pytest.raises(paperwire.DeadlineExceeded):
        client.backtest("sparse", timeout=0.1)


def test_it_shows_itself(server: FakeServer, client: paperwire.Client) -> None:
    fill(server, 8)
    server.store(
        paperwire.Paper("Sparse <script>"), at=START + timedelta(days=8)
    )
    test = client.backtest("sparse", since="2031-03-01", until="2031-03-11")
    lines = repr(test).splitlines()
    assert lines[0] == (
        "13 matches, 1.3 a day, 2031-03-01 to 2031-03-11: sparse"
    )
    assert lines[1] == "2031-03-01       0"
    assert lines[2] == "2031-03-02       1 " + 14 * "█"
    assert lines[4] == "2031-03-04       3 " + 40 * "█"
    assert len([line for line in lines if line.startswith("2031")]) == 11
    assert "Sparse <script>" in repr(test)
    html = test._repr_html_()
    assert "width:20.00em" in html
    assert "<script" not in html
    assert "2031-03-11" in html


def test_long_spans_are_shown_by_months(
    server: FakeServer, client: paperwire.Client
) -> None:
    fill(server, 80)
    test = client.backtest(
        "sparse", since="2031-03-01", until="2031-06-01", samples=0
    )
    lines = repr(test).splitlines()
    assert [line[:7] for line in lines[1:]] == [
        *("2031-03", "2031-04", "2031-05", "2031-06")
    ]
    assert len(test.days) == 93
    assert test.total == sum(day.count for day in test.days)


def test_frames(server: FakeServer, client: paperwire.Client) -> None:
    fill(server, 5)
    test = client.backtest("sparse", since="2031-03-01", until="2031-03-11")
    frame = test.to_frame()
    assert list(frame.columns) == ["date", "count"]
    assert str(frame.date.dt.tz) == "UTC"
    assert frame["count"].sum() == test.total
    assert len(frame) == 11
    assert frame.equals(test.to_pandas())
