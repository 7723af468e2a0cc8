#include "client/cpp/command/digest_suppressions.h"

#include <string_view>

#include "absl/strings/ascii.h"
#include "client/cpp/command/digest_text.h"
#include "client/cpp/command/json.h"
#include "client/cpp/command/table.h"
#include "client/cpp/command/times.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

constexpr int kPage = 1000;
constexpr char kPrefix[] = "suppressions/";

using Addresses = std::vector<std::string>;

std::string AddressOf(const v1::Suppression& suppression) {
  std::string_view address = suppression.name();
  ConsumePrefix(&address, kPrefix);
  return Printable(address);
}

void PrintJson(Context& context, const v1::Suppression& suppression) {
  context.out.Write(StrCat(ToJson(suppression, Defaults::kWrite), "\n"));
}

int List(Context& context) {
  v1::ListSuppressionsRequest request;
  request.set_page_size(kPage);
  const absl::StatusOr<std::vector<v1::Suppression>> all =
      context.client().ListSuppressions(request);
  if (!all.ok()) return context.Fail(all.status());
  Table table({{.heading = "ADDRESS", .most = 50},
               {.heading = "REASON"},
               {.heading = "SINCE", .drop = 1},
               {.heading = "DETAIL", .stretch = true}});
  for (const v1::Suppression& suppression : *all) {
    if (context.json()) {
      PrintJson(context, suppression);
      continue;
    }
    table.AddRow(
        {{{AddressOf(suppression), Style::kHeading}},
         {{SuppressionReason(suppression.reason())}},
         {{LocalTime(FromProto(suppression.create_time())), Style::kDim}},
         {{Printable(suppression.detail())}}});
  }
  if (context.json()) return context.Done();
  if (!all->empty()) table.Print(context.out);
  if (all->empty()) context.Say("mail may go to every address");
  return context.Done();
}

int Add(Context& context, const Addresses& addresses) {
  for (const std::string& address : addresses) {
    v1::CreateSuppressionRequest request;
    request.set_address(address);
    request.set_detail(context.args.Text("detail"));
    const absl::StatusOr<v1::Suppression> made =
        context.client().CreateSuppression(request);
    if (!made.ok()) return context.Fail(made.status());
    if (context.json()) {
      PrintJson(context, *made);
    } else {
      context.Say(StrCat("nothing is sent to ", AddressOf(*made), " any more"));
    }
  }
  return context.Done();
}

int Remove(Context& context, const Addresses& addresses) {
  for (const std::string& address : addresses) {
    v1::DeleteSuppressionRequest request;
    // Names are in lower case.
    request.set_name(StrCat(kPrefix, absl::AsciiStrToLower(address)));
    const absl::Status status = context.client().DeleteSuppression(request);
    if (!status.ok()) return context.Fail(status);
    context.Say(StrCat("digests may be sent to ", address,
                       " again; its reader confirms a new one"));
  }
  return context.Done();
}

}  // namespace

int ChangeSuppressions(Context& context,
                       const std::vector<std::string>& words) {
  const std::string what = words.empty() ? "list" : words[0];
  const Addresses addresses(words.empty() ? words.begin() : words.begin() + 1,
                            words.end());
  const bool known = what == "list" || what == "add" || what == "remove";
  if (!known || addresses.empty() != (what == "list")) {
    return context.Misused(absl::InvalidArgumentError(
        "write paperwire digest suppressions, and behind it list, add "
        "ADDRESS..., or remove ADDRESS..."));
  }
  if (what != "add" && context.args.Has("detail")) {
    return context.Misused(
        absl::InvalidArgumentError("--detail goes with suppressions add"));
  }
  return what == "list"  ? List(context)
         : what == "add" ? Add(context, addresses)
                         : Remove(context, addresses);
}

}  // namespace paperwire::command
