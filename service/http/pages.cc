#include "service/http/pages.h"

#include "service/http/answer.h"

namespace paperwire::http {
namespace {

constexpr char kIndex[] = R"(<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Paperwire</title>
<style>body { font: 1rem/1.5 sans-serif; max-width: 44rem; margin: 2rem auto;
padding: 0 1rem } td { vertical-align: top; padding-right: 1rem }</style>
<h1>Paperwire</h1>
<p>The wire service for research papers. For feed readers, each also as
<code>.json</code>:</p>
<table>
<tr><td><a href="feeds/search.atom">feeds/search.atom</a>
<td>the newest papers, or those that match a query:
<code>q</code>, <code>order=date|votes|relevance</code>, <code>limit</code>
<tr><td><a href="feeds/trending.atom">feeds/trending.atom</a>
<td>a board: <code>window=day|week|month|all</code>,
<code>formula=votes|hacker-news|reddit-hot|velocity|wilson</code>,
<code>half_life</code>, <code>q</code>, <code>limit</code>
<tr><td>feeds/days/2026-07-10.atom
<td>the papers that were featured on a day, in an ISO week (2026-W28) or in a
month (2026-07)
<tr><td><a href="api/daily_papers">api/daily_papers</a>
<td>the same as JSON for programs: <code>date</code>, <code>week</code> or
<code>month</code>, <code>limit</code>, <code>p</code>,
<code>sort=publishedAt|trending</code>, <code>submitter</code>
</table>
</html>
)";

}  // namespace

void AddPages(httplib::Server& server, const Context& context) {
  server.Get("/", [context](const httplib::Request& request,
                            httplib::Response& response) {
    Send(request, Content{kHtml, kIndex, absl::Hours(1)}, context.versions,
         &response);
  });
  server.Get("/healthz",
             [](const httplib::Request&, httplib::Response& response) {
               response.status = 200;
               response.set_header("Cache-Control", "no-store");
               response.set_content("ok\n", kPlainText);
             });
}

}  // namespace paperwire::http
