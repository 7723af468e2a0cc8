"""PaperService."""

from __future__ import annotations

from typing import Any

from google.protobuf import empty_pb2

from paperwire.v1 import paper_service_pb2 as papers_pb
from paperwire.v1 import paper_service_pb2_grpc as papers_grpc

from .failures import Code, Failure, status_of
from .service import Service
from .state import Entry


class PaperService(Service, papers_grpc.PaperServiceServicer):
    async def GetPaper(self, request: Any, context: Any) -> Any:
        await self.begin("GetPaper", context)
        try:
            return self.server.find(request.name)
        except Failure as failure:
            await failure.abort(context)

    async def BatchGetPapers(self, request: Any, context: Any) -> Any:
        await self.begin("BatchGetPapers", context)
        try:
            papers = [self.server.find(name) for name in request.names]
        except Failure as failure:
            await failure.abort(context)
        return papers_pb.BatchGetPapersResponse(papers=papers)

    async def ListPapers(self, request: Any, context: Any) -> Any:
        await self.begin("ListPapers", context)
        at = int(request.page_token or 0)
        papers = sorted(
            self.server.papers.values(), key=lambda p: -p.published_time.seconds
        )
        size = request.page_size or 50
        more = at + size < len(papers)
        return papers_pb.ListPapersResponse(
            papers=papers[at : at + size],
            next_page_token=str(at + size) if more else "",
        )

    async def ImportPapers(self, requests: Any, context: Any) -> Any:
        await self.begin("ImportPapers", context)
        server = self.server
        async for request in requests:
            server.batches.append(request.request_id)
            response = server.applied.get(request.request_id)
            if response is None:
                verdicts = [
                    server.apply(item, request.source) for item in request.items
                ]
                response = papers_pb.ImportPapersResponse(
                    request_id=request.request_id,
                    sequence=server.sequence,
                    verdicts=verdicts,
                )
                server.applied[request.request_id] = response
                server.imports.append((request.source, len(request.items)))
                await server.notify()
            if server.lose_acknowledgements:
                server.lose_acknowledgements -= 1
                await context.abort(Code.UNAVAILABLE, "ordered: cut off")
            yield response

    async def DeletePaper(self, request: Any, context: Any) -> Any:
        await self.begin("DeletePaper", context)
        try:
            paper = self.server.find(request.name)
            if request.etag and request.etag != paper.etag:
                raise Failure(
                    status_of(Code.ABORTED, "etag: the paper has changed")
                )
            del self.server.papers[paper.name]
            self.server.voters.pop(paper.name, None)
        except Failure as failure:
            missing = failure.status.code == Code.NOT_FOUND.value[0]
            if not (missing and request.allow_missing):
                await failure.abort(context)
        return empty_pb2.Empty()

    async def ListPaperChanges(self, request: Any, context: Any) -> Any:
        await self.begin("ListPaperChanges", context)
        try:
            name = self.server.find(request.name).name
        except Failure as failure:
            await failure.abort(context)
        return papers_pb.ListPaperChangesResponse(
            changes=[
                papers_pb.PaperChange(
                    sequence=entry.sequence,
                    kind=_kind(entry),
                    source="" if entry.voted else entry.paper.sources[0],
                )
                for entry in reversed(self.server.journal)
                if entry.paper.name == name
            ]
        )

    async def SplitPaper(self, request: Any, context: Any) -> Any:
        await self.begin("SplitPaper", context)
        status = status_of(
            Code.FAILED_PRECONDITION,
            f"sequence {request.sequence} was no merge",
            "NOT_A_MERGE",
        )
        await Failure(status).abort(context)


def _kind(entry: Entry) -> papers_pb.PaperChange.Kind:
    if entry.voted:
        return papers_pb.PaperChange.KIND_VOTED
    if entry.created:
        return papers_pb.PaperChange.KIND_CREATED
    return papers_pb.PaperChange.KIND_UPDATED
