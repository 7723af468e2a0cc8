"""Subscriptions as resources: what is sent, what comes back, what fails."""

from __future__ import annotations

import pickle
from datetime import datetime, timedelta, timezone

import grpc
import pytest

import paperwire
from fake_server import FakeServer
from invented import make_papers
from paperwire.names import subscription_name, user_name

Code = grpc.StatusCode


def test_create_and_get(server: FakeServer, client: paperwire.Client) -> None:
    server.store(*make_papers(3))
    query = paperwire.Query("sparse", categories="cs.LG", has="code")
    made = client.subscriptions.create(
        query,
        id="llm-news",
        display_name="News",
        news="versions",
        labels={"team": "speech"},
        expires="2041-03-01",
    )
    assert made.name == "users/local/subscriptions/llm-news"
    assert (made.id, made.user) == ("llm-news", "local")
    assert made.query == query
    assert made.display_name == "News"
    assert made.news == "versions"
    assert made.labels == {"team": "speech"}
    assert made.expires == datetime(2041, 3, 1, tzinfo=timezone.utc)
    assert made.state == "active"
    assert not made.paused
    assert made.created
    assert made.created.tzinfo is timezone.utc
    assert made.etag
    assert made.cursor.sequence == 3
    assert made.cursor.committed is None
    assert made.pending == 0
    for name in ("llm-news", made.name, made):
        assert client.subscriptions.get(name) == made
    assert pickle.loads(pickle.dumps(made)) == made


def test_defaults(client: paperwire.Client) -> None:
    made = client.subscriptions.create("sparse")
    assert made.id
    assert made.news == "papers"
    assert made.expires is None
    assert made.labels == {}
    soon = client.subscriptions.create("kites", expires=timedelta(days=2))
    assert soon.expires
    left = soon.expires - datetime.now(timezone.utc)
    assert timedelta(days=1.9) < left <= timedelta(days=2)
    ada = client.subscriptions.create("kites", id="k", user="ada")
    assert (ada.name, ada.user) == ("users/ada/subscriptions/k", "ada")
    assert client.subscriptions.get(ada.name) == ada


def test_pending_counts(server: FakeServer, client: paperwire.Client) -> None:
    client.subscriptions.create("sparse", id="s")
    server.store(*make_papers(5))
    server.store(paperwire.Paper("Nothing of the kind"))
    assert client.subscriptions.get("s").pending == 5
    server.store(*make_papers(1100, start=5))
    many = client.subscriptions.get("s")
    assert many.pending == 1000
    assert "1,000+ pending" in repr(many)


def test_a_creation_is_sent_again_and_happens_once(
    server: FakeServer, client: paperwire.Client
) -> None:
    server.failures["CreateSubscription"] = [Code.UNAVAILABLE] * 2
    client.subscriptions.create("sparse", id="s")
    assert server.calls["CreateSubscription"] == 3
    assert len(server.creations) == 1
    client.subscriptions.create("sparse")
    assert len(server.creations) == 2  # each has a request id of its own


def test_already_exists(client: paperwire.Client) -> None:
    first = client.subscriptions.create("sparse", id="s", labels={"a": "b"})
    with pytest.raises(paperwire.AlreadyExists, match="there already"):
        client.subscriptions.create("sparse", id="s")
    again = client.subscriptions.create("sparse", id="s", exist_ok=True)
    assert again == first
    for other in ({"query": "kites"}, {"query": "sparse", "news": "versions"}):
        with pytest.raises(paperwire.AlreadyExists):
            client.subscriptions.create(id="s", exist_ok=True, **other)


def test_what_cannot_be_created(client: paperwire.Client) -> None:
    create = client.subscriptions.create
    with pytest.raises(paperwire.InvalidQuery) as caught:
        create('"open')
    assert caught.value.position == 0
    with pytest.raises(paperwire.QueryTooBroad, match="narrows") as broad:
        create("*")
    assert isinstance(broad.value, paperwire.ResourceExhausted)
    with pytest.raises(paperwire.InvalidArgument, match="subscription_id"):
        create("sparse", id="No Id")
    with pytest.raises(paperwire.InvalidArgument, match="labels"):
        create("sparse", labels={"A B": ""})
    with pytest.raises(ValueError, match=r"news.*did you mean 'papers'"):
        create("sparse", news="paper")
    with pytest.raises(ValueError, match="expires"):
        create("sparse", expires="soon")
    with pytest.raises(ValueError, match="user"):
        create("sparse", user="a/b")
    with pytest.raises(TypeError, match="query"):
        create(3)  # type: ignore[arg-type]


def test_lists(server: FakeServer, client: paperwire.Client) -> None:
    for number in range(25):
        client.subscriptions.create(
            f"sparse {number}",
            id=f"s{number:02}",
            labels={"odd": str(number % 2), "team": "speech"},
        )
    client.subscriptions.create("sparse", user="ada")
    found = client.subscriptions.list(page_size=10)
    assert len(found.loaded) == 10
    assert not found.exhausted
    assert [s.id for s in found] == [f"s{n:02}" for n in range(25)]
    assert server.calls["ListSubscriptions"] == 3
    assert found[24].query.text == "sparse 24"
    odd = client.subscriptions.list(labels={"odd": "1"}, page_size=5)
    assert len(odd.all()) == 12
    both = {"odd": "1", "team": "vision"}
    assert not client.subscriptions.list(labels=both)
    assert len(client.subscriptions.list(user="ada").all()) == 1
    assert client.subscriptions.list(user="nobody").all() == []
    with pytest.raises(ValueError, match="page_size"):
        client.subscriptions.list(page_size=0)
    with pytest.raises(TypeError, match=r"len\(x.loaded\)"):
        len(found)


def test_lists_show_themselves(client: paperwire.Client) -> None:
    client.subscriptions.create(
        paperwire.Query("<b>sparse", min_votes=2),
        id="s",
        display_name="<script>",
        labels={"team": "speech"},
        expires="2041-03-01",
    )
    client.subscriptions.create(paperwire.Query(categories=["cs.LG"]), id="t")
    found = client.subscriptions.list()
    text = repr(found)
    assert text.startswith("2 subscriptions\ns ")
    assert "<b>sparse; at least 2 votes" in text
    assert "all papers; categories: cs.LG" in text
    html = found._repr_html_()
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert "<b>sparse" not in html
    assert "team=speech" in html
    one = found[0]
    assert repr(one) == (
        "Subscription(s: '<b>sparse; at least 2 votes', active, 0 pending, "
        "expires 2041-03-01 00:00, team=speech)"
    )
    assert "<script" not in one._repr_html_()
    assert "<code>&lt;b&gt;sparse" in one._repr_html_()


def test_frames(client: paperwire.Client) -> None:
    empty = client.subscriptions.list().to_pandas()
    for number in range(5):
        client.subscriptions.create(f"sparse {number}", id=f"s{number}")
    frame = client.subscriptions.list(page_size=2).to_pandas()
    assert frame.query.__self__ is frame  # a column hides no method
    assert list(frame["query"]) == [f"sparse {n}" for n in range(5)]
    assert len(client.subscriptions.list(page_size=2).to_pandas(3)) == 3
    assert str(frame.created.dt.tz) == "UTC"
    assert frame.committed.isna().all()
    assert (empty.dtypes == frame.dtypes).all()
    assert empty.empty


def test_updates(server: FakeServer, client: paperwire.Client) -> None:
    subscriptions = client.subscriptions
    first = subscriptions.create(
        "sparse", id="s", labels={"a": "1"}, expires="2041-03-01"
    )
    renamed = subscriptions.update("s", display_name="Sparse")
    assert renamed.display_name == "Sparse"
    assert (renamed.query, renamed.labels) == (first.query, first.labels)
    assert renamed.expires == first.expires
    assert renamed.etag != first.etag
    other = subscriptions.update(
        renamed,
        query=paperwire.Query("kites", has="code"),
        news="versions",
        labels={"b": "2"},
    )
    assert other.query == paperwire.Query("kites", has="code")
    assert other.news == "versions"
    assert other.labels == {"b": "2"}
    bare = subscriptions.update(
        "s", labels={}, display_name="", expires=None, etag=other.etag
    )
    assert (bare.labels, bare.display_name, bare.expires) == ({}, "", None)
    later = subscriptions.update("s", expires=timedelta(hours=1))
    assert later.expires


def test_updates_that_fail(
    server: FakeServer, client: paperwire.Client
) -> None:
    subscriptions = client.subscriptions
    with pytest.raises(paperwire.NotFound, match="nowhere"):
        subscriptions.update("nowhere", news="papers")
    first = subscriptions.create("sparse", id="s")
    with pytest.raises(ValueError, match="nothing to change"):
        subscriptions.update("s")
    subscriptions.update("s", query="kites")
    with pytest.raises(paperwire.Aborted, match="read it again"):
        subscriptions.update(first, query="boats")
    with pytest.raises(paperwire.Aborted):
        subscriptions.update("s", query="boats", etag=first.etag)
    assert subscriptions.get("s").query.text == "kites"
    subscriptions.update(first, query="boats", etag="")  # in any case
    with pytest.raises(paperwire.InvalidQuery):
        subscriptions.update("s", query='"open')
    with pytest.raises(paperwire.QueryTooBroad):
        subscriptions.update("s", query="*")
    # With an etag, a repetition might fail for the first one's success.
    current = subscriptions.get("s")
    server.failures["UpdateSubscription"] = [Code.UNAVAILABLE]
    with pytest.raises(paperwire.Unavailable):
        subscriptions.update(current, query="sparse")
    server.failures["UpdateSubscription"] = [Code.UNAVAILABLE]
    assert subscriptions.update("s", query="sparse").query.text == "sparse"


def test_pause_and_resume(server: FakeServer, client: paperwire.Client) -> None:
    subscriptions = client.subscriptions
    first = subscriptions.create("sparse", id="s")
    paused = subscriptions.pause("s")
    assert paused.paused
    assert paused.state == "paused"
    assert subscriptions.pause(paused) == paused
    with pytest.raises(paperwire.Aborted):
        subscriptions.resume("s", etag=first.etag)
    assert not subscriptions.resume("s", etag=paused.etag).paused
    with pytest.raises(paperwire.Aborted):
        subscriptions.pause("s", etag="old")
    for change in (subscriptions.pause, subscriptions.resume):
        with pytest.raises(paperwire.NotFound):
            change("nowhere")
    server.failures["PauseSubscription"] = [Code.UNAVAILABLE]
    assert subscriptions.pause("s").paused


def test_deletion(server: FakeServer, client: paperwire.Client) -> None:
    subscriptions = client.subscriptions
    made = subscriptions.create("sparse", id="s")
    with pytest.raises(paperwire.Aborted):
        subscriptions.delete("s", etag="old")
    subscriptions.delete("s", etag=made.etag)
    with pytest.raises(paperwire.NotFound):
        subscriptions.get(made)
    with pytest.raises(paperwire.NotFound):
        subscriptions.delete(made)
    subscriptions.delete("s", missing_ok=True)
    server.failures["DeleteSubscription"] = [Code.UNAVAILABLE]
    with pytest.raises(paperwire.Unavailable):
        subscriptions.delete("s")
    server.failures["DeleteSubscription"] = [Code.UNAVAILABLE]
    subscriptions.delete("s", missing_ok=True)


def test_commits(server: FakeServer, client: paperwire.Client) -> None:
    subscriptions = client.subscriptions
    subscriptions.create("sparse", id="s")
    subscriptions.create("sparse", id="other")
    server.store(*make_papers(5))
    watch = client.watch(subscription="s", commit=False, until_caught_up=True)
    tokens = [match.token for match in watch]
    cursor = subscriptions.commit("s", tokens[2])
    assert cursor.sequence == 3
    assert cursor.committed
    assert subscriptions.commit("s", tokens[0]).sequence == 3  # cumulative
    there = subscriptions.get("s")
    assert there.cursor.sequence == 3
    assert there.pending == 2
    with pytest.raises(paperwire.InvalidArgument, match="another"):
        subscriptions.commit("other", tokens[0])
    with pytest.raises(paperwire.InvalidArgument):
        subscriptions.commit("s", "no token")
    with pytest.raises(paperwire.NotFound):
        subscriptions.commit("nowhere", tokens[0])
    del server.journal[3:]
    with pytest.raises(paperwire.InvalidArgument, match="ahead"):
        subscriptions.commit("s", tokens[4])


@pytest.mark.parametrize(
    "method", ["GetSubscription", "ListSubscriptions", "CreateSubscription"]
)
def test_timeouts_and_codes(
    server: FakeServer, client: paperwire.Client, method: str
) -> None:
    calls = {
        "GetSubscription": lambda **k: client.subscriptions.get("s", **k),
        "ListSubscriptions": lambda **k: client.subscriptions.list(**k),
        "CreateSubscription": lambda **k: client.subscriptions.create("s", **k),
    }
    server.failures[method] = [Code.UNIMPLEMENTED]
    with pytest.raises(paperwire.Unimplemented, match="ordered"):
        calls[method]()
    server.delay = 1.0
    with pytest.raises(paperwire.DeadlineExceeded):
        calls[method](timeout=0.1)


def test_names() -> None:
    full = "users/ada/subscriptions/llm-news"
    assert subscription_name(full) == full
    assert subscription_name(" kites ") == "users/local/subscriptions/kites"
    assert user_name("users/ada") == user_name("ada") == "users/ada"
    for wrong in ("", "Kites", "a b", "papers/x", "subscriptions/x", "a" * 64):
        with pytest.raises(ValueError, match="names no subscription"):
            subscription_name(wrong)
    with pytest.raises(TypeError, match="name"):
        subscription_name(7)
    with pytest.raises(ValueError, match="user"):
        user_name(" ")
