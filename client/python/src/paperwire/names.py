"""Names of papers, subscriptions and digests, as people have them at hand."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

_ARXIV = re.compile(
    r"(\d{4}\.\d{4,5}|[a-z][a-z.-]*(?:\.[A-Z]{2})?/\d{7})(v\d+)?"
)
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_SCHEME = re.compile(r"[a-z][a-z0-9-]*:\S+")
_OWN = re.compile(r"[a-z0-9-]{1,63}")


def paper_name(value: str) -> str:
    """Returns the resource name that a paper is asked for by.

    Args:
        value: A name (`papers/x7f`), an external id (`arxiv:2410.01131`,
            `doi:10.1103/x`), a bare arXiv id or DOI, or the address of the
            paper's page at arXiv, Hugging Face, doi.org, the ACL Anthology,
            OpenReview or Semantic Scholar.

    Raises:
        ValueError: It is none of these.
        TypeError: It is not text.
    """
    if not isinstance(value, str):
        raise TypeError(f"name: {value!r} is not text")
    text = value.strip()
    if text.startswith("papers/"):
        return text
    if text.startswith(("http://", "https://")):
        return "papers/" + _from_address(text)
    if text.startswith("arxiv:"):
        text = text[len("arxiv:") :]
    arxiv = _ARXIV.fullmatch(text)
    if arxiv:
        return "papers/arxiv:" + arxiv.group(1)
    if _DOI.fullmatch(text):
        return "papers/doi:" + text
    if _SCHEME.fullmatch(text) or _OWN.fullmatch(text):
        return "papers/" + text
    raise ValueError(
        f"name: {value!r} names no paper; give papers/ID, arxiv:2410.01131, "
        "doi:10.1103/x, or the address of its page"
    )


def subscription_name(value: object) -> str:
    """Returns the resource name of a subscription.

    Args:
        value: The name (`users/ada/subscriptions/llm-news`), or the id alone
            (`llm-news`): that of the user `local`.

    Raises:
        ValueError: It is neither.
        TypeError: It is not text.
    """
    return _users_own(value, "subscription")


def digest_name(value: object) -> str:
    """Returns the resource name of a digest.

    Args:
        value: The name (`users/ada/digests/mornings`), or the id alone
            (`mornings`): that of the user `local`.

    Raises:
        ValueError: It is neither.
        TypeError: It is not text.
    """
    return _users_own(value, "digest")


def _users_own(value: object, kind: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"name: {value!r} is not text")
    text = value.strip()
    if re.fullmatch(rf"users/[^/\s]+/{kind}s/[^/\s]+", text):
        return text
    if _OWN.fullmatch(text):
        return f"users/local/{kind}s/{text}"
    raise ValueError(
        f"name: {value!r} names no {kind}; give its id, of 1 to 63 "
        f"lower-case letters, digits and hyphens, or users/USER/{kind}s/ID"
    )


def user_name(user: str, what: str = "user") -> str:
    """Returns the resource name of a user.

    Args:
        user: `ada` or `users/ada`.
        what: The argument's name, for the message.

    Raises:
        ValueError: It is neither.
    """
    bare = user.strip().removeprefix("users/")
    if not bare or "/" in bare:
        raise ValueError(f"{what}: {user!r} is no user; give local, or another")
    return f"users/{bare}"


def _from_address(address: str) -> str:
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("dx.")
    path = unquote(parts.path).strip("/")
    if host in ("arxiv.org", "export.arxiv.org", "huggingface.co", "hf.co"):
        arxiv = _ARXIV.fullmatch(path.partition("/")[2].removesuffix(".pdf"))
        if arxiv:
            return "arxiv:" + arxiv.group(1)
    elif host == "doi.org" and _DOI.fullmatch(path):
        return "doi:" + path
    elif host == "aclanthology.org" and path:
        return "acl:" + path.removesuffix(".pdf")
    elif host == "openreview.net":
        ids = parse_qs(parts.query).get("id")
        if ids:
            return "openreview:" + ids[0]
    elif host == "semanticscholar.org":
        last = path.rpartition("/")[2]
        if re.fullmatch(r"[0-9a-f]{40}", last):
            return "s2:" + last
    raise ValueError(
        f"name: {address!r} is no address of a paper that is known here; "
        "give an external id such as arxiv:2410.01131 or doi:10.1103/x"
    )
