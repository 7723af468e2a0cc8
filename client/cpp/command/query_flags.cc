#include "client/cpp/command/query_flags.h"

#include "absl/strings/ascii.h"
#include "client/cpp/command/times.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// Takes a bound away.
constexpr char kAnyTime[] = "any";

absl::StatusOr<Span> TimeOf(const Arguments& args, const std::string& flag,
                            absl::Time now) {
  absl::StatusOr<Span> span = ParseTime(args.Text(flag), now);
  if (span.ok()) return span;
  return absl::InvalidArgumentError(
      StrCat("--", flag, ": ", ToStd(span.status().message())));
}

absl::Status CheckOrder(const Arguments& args, const std::string& since,
                        const std::string& until,
                        const v1::TimeInterval& interval) {
  if (!interval.has_start_time() || !interval.has_end_time() ||
      FromProto(interval.start_time()) < FromProto(interval.end_time())) {
    return absl::OkStatus();
  }
  const auto shown = [&args](const std::string& flag) {
    return args.Has(flag) ? StrCat("--", flag, " ", args.Text(flag))
                          : StrCat("the --", flag, " that there is");
  };
  return absl::InvalidArgumentError(
      StrCat(shown(since), " is not before ", shown(until)));
}

absl::Status ApplyInterval(const Arguments& args, const std::string& since,
                           const std::string& until, absl::Time now,
                           v1::TimeInterval* interval) {
  if (args.Has(since)) {
    interval->clear_start_time();
    if (args.Text(since) != kAnyTime) {
      ASSIGN_OR_RETURN(const Span span, TimeOf(args, since, now));
      *interval->mutable_start_time() = ToProto(span.start);
    }
  }
  if (args.Has(until)) {
    interval->clear_end_time();
    if (args.Text(until) != kAnyTime) {
      ASSIGN_OR_RETURN(const Span span, TimeOf(args, until, now));
      *interval->mutable_end_time() = ToProto(span.end);
    }
  }
  return CheckOrder(args, since, until, *interval);
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
  RETURN_IF_ERROR(ApplyInterval(args, since, until, now, &interval));
  return interval;
}

bool HasQueryFlags(const Arguments& args) {
  for (const FlagSpec& flag : QueryFlags()) {
    if (args.Has(flag.name)) return true;
  }
  return false;
}

absl::StatusOr<v1::Query> MakeQuery(const Arguments& args,
                                    const std::string& text, absl::Time now) {
  v1::Query query;
  query.set_text(text);
  RETURN_IF_ERROR(ApplyQueryFlags(args, now, &query));
  return query;
}

absl::Status ApplyQueryFlags(const Arguments& args, absl::Time now,
                             v1::Query* query) {
  if (args.Has("category")) query->clear_categories();
  for (const std::string& category : args.List("category")) {
    query->add_categories(category);
  }
  if (args.Has("source")) query->clear_sources();
  for (const std::string& source : args.List("source")) {
    query->add_sources(source);
  }
  v1::TimeInterval published = query->published();
  RETURN_IF_ERROR(ApplyInterval(args, "since", "until", now, &published));
  query->clear_published();
  if (published.has_start_time() || published.has_end_time()) {
    *query->mutable_published() = published;
  }
  if (args.Has("has")) query->clear_has_links();
  for (const std::string& what : args.List("has")) {
    v1::Link::Kind kind = v1::Link::KIND_UNSPECIFIED;
    // The flag's choices are the names of the kinds.
    v1::Link::Kind_Parse(StrCat("KIND_", absl::AsciiStrToUpper(what)), &kind);
    query->add_has_links(kind);
  }
  if (args.Has("min-votes")) {
    query->set_min_vote_count(args.Count("min-votes", 0));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Query> MakeExplicitQuery(const Arguments& args,
                                            absl::Time now) {
  if (args.words.empty() && !HasQueryFlags(args)) {
    const std::string& name = args.command->name;
    return absl::InvalidArgumentError(StrCat(
        "no query given: write paperwire ", name,
        " 'sparse autoencoders'; for every paper, paperwire ", name, " ''"));
  }
  return MakeQuery(args, args.JoinedWords(), now);
}

}  // namespace paperwire::command
