"""SearchService: what contains a word is found by it."""

from __future__ import annotations

import collections
from typing import Any

from paperwire.v1 import search_service_pb2 as search_pb
from paperwire.v1 import search_service_pb2_grpc as search_grpc

from .failures import Code, Failure, status_of
from .service import Service


class SearchService(Service, search_grpc.SearchServiceServicer):
    def _search(self, request: search_pb.SearchRequest) -> Any:
        server = self.server
        server.searches.append(request)
        if server.expire_page_tokens and request.page_token:
            raise Failure(
                status_of(
                    Code.FAILED_PRECONDITION,
                    "page_token: has expired; search again",
                    "PAGE_TOKEN_EXPIRED",
                )
            )
        match = server.matcher(request.query)
        scored = []
        for paper in server.papers.values():
            full, score = match(paper)
            if full or (score > 0 and not request.strict):
                scored.append((not full, -score, paper.sequence, paper))
        scored.sort(key=lambda hit: hit[:3])
        at = int(request.page_token or 0)
        size = request.page_size or 10
        full_matches = [paper for partial, _, _, paper in scored if not partial]
        response = search_pb.SearchResponse(
            total_full_matches=len(full_matches),
            sequence=server.sequence,
            next_page_token=str(at + size) if at + size < len(scored) else "",
        )
        if not at:
            response.MergeFrom(server.rewrites)
        words = request.query.text.lower().split()
        for partial, score, _, paper in scored[at : at + size]:
            hit = response.hits.add(
                paper=paper,
                score=-score,
                match_kind=search_pb.MATCH_KIND_PARTIAL
                if partial
                else search_pb.MATCH_KIND_FULL,
            )
            begin = paper.title.lower().find(words[0]) if words else -1
            if begin >= 0 and not request.omit_highlights:
                light = hit.highlights.add(field="title", snippet=paper.title)
                light.spans.add(start=begin, end=begin + len(words[0]))
            if request.explain:
                hit.explanation.value = -score
                hit.explanation.description = "words found"
                hit.explanation.details.add(value=-score, description="each 1")
        for facet in request.facets:
            self._count(facet, full_matches, response.facets.add())
        return response

    @staticmethod
    def _count(request: Any, papers: Any, facet: search_pb.Facet) -> None:
        facet.field = request.field
        counts: collections.Counter[str] = collections.Counter()
        for paper in papers:
            if request.field == search_pb.FACET_FIELD_CATEGORY:
                counts.update(paper.categories)
            elif request.field == search_pb.FACET_FIELD_YEAR:
                year = paper.published_time.ToDatetime().year
                counts[str(year)] += 1
        values = counts.most_common()
        limit = request.limit or 10
        for value, count in values[:limit]:
            facet.values.add(value=value, count=count)
        facet.other_values = max(0, len(values) - limit)

    async def Search(self, request: Any, context: Any) -> Any:
        await self.begin("Search", context)
        try:
            return self._search(request)
        except Failure as failure:
            await failure.abort(context)

    async def SearchBatch(self, request: Any, context: Any) -> Any:
        await self.begin("SearchBatch", context)
        response = search_pb.SearchBatchResponse()
        for one in request.requests:
            try:
                response.results.add(response=self._search(one))
            except Failure as failure:
                response.results.add(error=failure.status)
        return response

    async def Suggest(self, request: Any, context: Any) -> Any:
        await self.begin("Suggest", context)
        self.server.suggest_request = request
        return self.server.suggestions

    async def ExportPapers(self, request: Any, context: Any) -> Any:
        await self.begin("ExportPapers", context)
        try:
            match = self.server.matcher(request.query)
        except Failure as failure:
            await failure.abort(context)
        papers = [p for p in self.server.papers.values() if match(p)[0]]
        for at in range(0, len(papers), 3):
            yield search_pb.ExportPapersResponse(
                papers=papers[at : at + 3],
                total_full_matches=len(papers),
                sequence=self.server.sequence,
            )

    async def SearchSimilarPapers(self, request: Any, context: Any) -> Any:
        await self.begin("SearchSimilarPapers", context)
        try:
            paper = self.server.find(request.name)
        except Failure as failure:
            await failure.abort(context)
        terms = paper.title.lower().split()
        response = search_pb.SearchSimilarPapersResponse(terms=terms)
        for other in self.server.papers.values():
            shared = sum(term in other.title.lower() for term in terms)
            if other.name != paper.name and shared:
                response.hits.add(
                    paper=other,
                    score=shared,
                    match_kind=search_pb.MATCH_KIND_PARTIAL,
                )
        del response.hits[request.page_size or 10 :]
        return response
