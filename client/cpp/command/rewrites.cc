#include "client/cpp/command/rewrites.h"

#include "client/cpp/command/hits.h"
#include "client/cpp/command/text_layout.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

void PrintRewrite(Context& context, const std::string& what,
                  const v1::QueryRewrite& rewrite) {
  const int64_t papers = rewrite.total_full_matches();
  const Line line = {
      {StrCat(what, ": "), Style::kDim},
      {Printable(rewrite.query().text()), Style::kBold},
      {StrCat(" (", WithCommas(papers), papers == 1 ? " paper)" : " papers)"),
       Style::kDim}};
  if (context.out.terminal()) {
    context.out.Write(Render(line, context.out.color()) + "\n");
  } else {
    context.Say(Render(line, /*color=*/false));
  }
}

}  // namespace

void PrintRewrites(Context& context, const v1::SearchResponse& response) {
  for (const v1::QueryRewrite& rewrite : response.did_you_mean()) {
    PrintRewrite(context, "did you mean", rewrite);
  }
  for (const v1::QueryRewrite& rewrite : response.relaxations()) {
    PrintRewrite(context, Printable(rewrite.description()), rewrite);
  }
}

}  // namespace paperwire::command
