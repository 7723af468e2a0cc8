"""Imports all of an installed paperwire and sends messages there and back.

Run by wheel_matrix in environments without pytest.
"""

import importlib
import pkgutil
import sys
from concurrent import futures

import google.protobuf
import grpc
from google.protobuf.internal import api_implementation

import paperwire
from paperwire.v1 import (
    paper_pb2,
    paper_service_pb2,
    search_service_pb2,
    search_service_pb2_grpc,
    server_service_pb2,
    subscription_pb2,
    subscription_service_pb2,
)

for module in pkgutil.walk_packages(paperwire.__path__, "paperwire."):
    importlib.import_module(module.name)

messages = 0
for file in (
    paper_pb2,
    paper_service_pb2,
    search_service_pb2,
    server_service_pb2,
    subscription_pb2,
    subscription_service_pb2,
):
    for name in file.DESCRIPTOR.message_types_by_name:
        kind = getattr(file, name)
        assert kind.FromString(kind().SerializeToString()) == kind()
        messages += 1

paper = paperwire.Paper(
    "Kites",
    authors=["Ada Plume"],
    published="2031-03-01",
    arxiv_id="3103.00001",
    code_url="https://code.example/kites",
    votes=3,
)


class Search(search_service_pb2_grpc.SearchServiceServicer):
    """Finds the one paper, or complains."""

    def Search(self, request, context):
        """Answers a search."""
        if request.query.text == "bad":
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "a bad query")
        response = search_service_pb2.SearchResponse(total_full_matches=1)
        response.hits.add(
            paper=paper.proto, match_kind=search_service_pb2.MATCH_KIND_FULL
        )
        return response


server = grpc.server(futures.ThreadPoolExecutor(2))
search_service_pb2_grpc.add_SearchServiceServicer_to_server(Search(), server)
port = server.add_insecure_port("127.0.0.1:0")
server.start()
with paperwire.Client(f"127.0.0.1:{port}") as client:
    results = client.search("kites")
    assert [hit.paper for hit in results] == [paper]
    assert results[0].paper.votes == 3
    try:
        client.search("bad")
    except paperwire.InvalidArgument as error:
        assert "a bad query" in str(error)
    else:
        raise AssertionError("a bad query was answered")
server.stop(0).wait()

print(
    f"protobuf {google.protobuf.__version__} ({api_implementation.Type()}), "
    f"grpcio {grpc.__version__}, {messages} messages, "
    f"Python {sys.version.split()[0]}"
)
