#include "client/cpp/command/query_flags.h"

#include "absl/strings/ascii.h"
#include "client/cpp/command/times.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

absl::StatusOr<Span> TimeOf(const Arguments& args, const std::string& flag,
                            absl::Time now) {
  absl::StatusOr<Span> span = ParseTime(args.Text(flag), now);
  if (span.ok()) return span;
  return absl::InvalidArgumentError(
      StrCat("--", flag, ": ", ToStd(span.status().message())));
}

}  // namespace

const char kQueryLanguage[] =
    "All bare words must match, in any form. Beyond words: \"a phrase\", "
    "\"a b\"~5 (near), OR, NOT or -word, brackets, prefix*, typo~, "
    "exact:form, and fields such as title:x, author:x, category:cs.CL, "
    "year:2020..2024, has:code. Quote the whole query for the shell: "
    "'\"sparse autoencoders\" -vision'.";

std::vector<FlagSpec> QueryFlags() {
  return {
      {.name = "category",
       .letter = 'c',
       .kind = FlagKind::kText,
       .value = "CATEGORY",
       .help = "Only of these categories: cs.CL, or cs for all of it",
       .hints = {"cs", "cs.AI", "cs.CL", "cs.CV", "cs.LG", "cs.RO", "stat.ML",
                 "math", "physics", "q-bio"},
       .many = true},
      {.name = "source",
       .kind = FlagKind::kText,
       .value = "SOURCE",
       .help = "Only reported by these sources: arxiv, hf-daily, acl",
       .hints = {"arxiv", "hf-daily", "acl", "s2", "openalex", "bibtex"},
       .many = true},
      {.name = "since",
       .kind = FlagKind::kText,
       .value = "DATE",
       .help = "Only published then or later: 2026, 2026-07, 2026-07-10, 7d"},
      {.name = "until",
       .kind = FlagKind::kText,
       .value = "DATE",
       .help = "Only published then or earlier, that day or month included"},
      {.name = "has",
       .kind = FlagKind::kText,
       .value = "WHAT",
       .help = "Only with a link to code, project, data, model, demo or pdf",
       .choices = {"code", "project", "data", "model", "demo", "pdf"},
       .many = true},
      {.name = "min-votes",
       .kind = FlagKind::kCount,
       .value = "N",
       .help = "Only with at least N votes"},
  };
}

std::vector<FlagSpec> WithQueryFlags(std::vector<FlagSpec> flags) {
  const std::vector<FlagSpec> more = QueryFlags();
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

absl::StatusOr<v1::TimeInterval> MakeInterval(const Arguments& args,
                                              const std::string& since,
                                              const std::string& until,
                                              absl::Time now) {
  v1::TimeInterval interval;
  if (args.Has(since)) {
    ASSIGN_OR_RETURN(const Span span, TimeOf(args, since, now));
    *interval.mutable_start_time() = ToProto(span.start);
  }
  if (args.Has(until)) {
    ASSIGN_OR_RETURN(const Span span, TimeOf(args, until, now));
    *interval.mutable_end_time() = ToProto(span.end);
  }
  if (interval.has_start_time() && interval.has_end_time() &&
      FromProto(interval.end_time()) <= FromProto(interval.start_time())) {
    return absl::InvalidArgumentError(StrCat("--", since, " ", args.Text(since),
                                             " is not before --", until, " ",
                                             args.Text(until)));
  }
  return interval;
}

absl::StatusOr<v1::Query> MakeQuery(const Arguments& args,
                                    const std::string& text, absl::Time now) {
  v1::Query query;
  query.set_text(text);
  for (const std::string& category : args.List("category")) {
    query.add_categories(category);
  }
  for (const std::string& source : args.List("source")) {
    query.add_sources(source);
  }
  ASSIGN_OR_RETURN(v1::TimeInterval interval,
                   MakeInterval(args, "since", "until", now));
  if (interval.has_start_time() || interval.has_end_time()) {
    *query.mutable_published() = interval;
  }
  for (const std::string& what : args.List("has")) {
    v1::Link::Kind kind = v1::Link::KIND_UNSPECIFIED;
    // The flag's choices are the names of the kinds.
    v1::Link::Kind_Parse(StrCat("KIND_", absl::AsciiStrToUpper(what)), &kind);
    query.add_has_links(kind);
  }
  query.set_min_vote_count(args.Count("min-votes", 0));
  return query;
}

}  // namespace paperwire::command
