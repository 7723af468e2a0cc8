#include "client/cpp/importers/hf_daily.h"

#include <utility>

#include "client/cpp/importers/dates.h"
#include "client/cpp/importers/excerpt.h"
#include "client/cpp/importers/paper_builder.h"
#include "service/base/strings.h"

namespace paperwire::importers {
namespace {

constexpr std::string_view kSource = "hf-daily";
constexpr std::string_view kSite = "https://huggingface.co/";

// Most fields stand in the envelope, in the paper or in both, and the paper
// knows better.
class HfRecord {
 public:
  HfRecord(const JsonValue& envelope, const JsonValue& paper)
      : envelope_(envelope), paper_(paper) {}

  const JsonValue& paper() const { return paper_; }
  const JsonValue& envelope() const { return envelope_; }

  std::string_view Text(std::string_view key) const {
    const std::string_view text = TextOf(paper_, key);
    return text.empty() ? TextOf(envelope_, key) : text;
  }
  std::optional<int64_t> Count(std::string_view key) const {
    const std::optional<int64_t> count = CountOf(paper_, key);
    return count.has_value() ? count : CountOf(envelope_, key);
  }
  const JsonValue* Member(std::string_view key) const {
    const JsonValue* member = Find(paper_, key);
    return member == nullptr ? Find(envelope_, key) : member;
  }

 private:
  const JsonValue& envelope_;
  const JsonValue& paper_;
};

// Two texts of which the first that is there counts.
std::string_view Either(std::string_view a, std::string_view b) {
  return a.empty() ? b : a;
}

// A person as an object with a full name, or as a text.
std::string PersonName(const JsonValue* person) {
  if (person == nullptr) return "";
  if (person->IsString()) return OneLine(Text(*person));
  return OneLine(
      Either(TextOf(*person, "fullname"),
             Either(TextOf(*person, "name"), TextOf(*person, "user"))));
}

// The day on which the paper was featured. Since 2025 the envelope's
// publishedAt repeats the paper's own, moved by a time zone; before, and only
// without submittedOnDailyAt, it was the day of the list.
std::string FeatureDay(const HfRecord& record) {
  std::optional<Date> day = ParseDate(record.Text("submittedOnDailyAt"));
  if (!day.has_value() && &record.envelope() != &record.paper()) {
    day = ParseDate(TextOf(record.envelope(), "publishedAt"));
    const std::optional<Date> written =
        ParseDate(TextOf(record.paper(), "publishedAt"));
    if (day.has_value() && written.has_value()) {
      const int64_t apart = day->seconds - written->seconds;
      constexpr int64_t kZones = 14 * 3600;
      constexpr int64_t kZoneStep = 15 * 60;
      if (apart % kZoneStep == 0 && apart >= -kZones && apart <= kZones &&
          day->nanos == written->nanos) {
        return "";
      }
    }
  }
  return day.has_value() ? DayOf(*day) : "";
}

// Models, data sets and demonstrations: objects with an id, or ids.
void AddLinked(const HfRecord& record, std::string_view key,
               std::string_view folder, v1::Link::Kind kind, v1::Paper* paper) {
  const JsonValue* list = record.Member(key);
  if (list == nullptr || !list->IsArray()) return;
  for (const JsonValue& element : list->GetArray()) {
    const std::string_view id =
        element.IsString() ? Text(element) : TextOf(element, "id");
    if (!id.empty()) AddLink(kind, StrCat(kSite, folder, id), paper);
  }
}

void AddMedia(const JsonValue& value, v1::Paper* paper) {
  for (std::string_view url : TextsOf(value, "mediaUrls")) {
    AddLink(v1::Link::KIND_MEDIA, url, paper);
  }
}

absl::Status Convert(const JsonValue& envelope, const std::string& feature_day,
                     v1::Paper* paper) {
  const JsonValue* inner = Find(envelope, "paper");
  if (inner != nullptr && !inner->IsObject()) {
    return absl::InvalidArgumentError("its member \"paper\" is no object");
  }
  const HfRecord record(envelope, inner == nullptr ? envelope : *inner);

  const std::string_view id = TextOf(record.paper(), "id");
  if (id.empty()) {
    return absl::InvalidArgumentError("it has no paper id");
  }
  if (AddExternalId("arxiv", id, paper)) {
    AddArxivLinks(*FindExternalId(*paper, "arxiv"), paper);
  } else {
    // A paper that the site alone has.
    if (!AddExternalId("hf", id, paper)) {
      return absl::InvalidArgumentError(
          StrCat("\"", MakeExcerpt(id), "\" is no id of a paper"));
    }
    AddLink(v1::Link::KIND_ABSTRACT_PAGE, StrCat(kSite, "papers/", id), paper);
  }
  AddSource(kSource, paper);
  SetTitle(record.Text("title"), paper);
  SetAbstract(record.Text("summary"), paper);
  for (const JsonValue* author : ElementsOf(record.paper(), "authors")) {
    // Hidden ones are authors all the same: it is their profile that hides.
    AddAuthor(author->IsString() ? Text(*author) : TextOf(*author, "name"),
              paper);
  }
  SetPublished(ParseDate(TextOf(record.paper(), "publishedAt")), paper);

  const std::optional<int64_t> votes = record.Count("upvotes");
  if (votes.has_value()) paper->set_vote_count(*votes);
  const std::optional<int64_t> comments = record.Count("numComments");
  if (comments.has_value()) paper->set_comment_count(*comments);

  AddLink(v1::Link::KIND_CODE, record.Text("githubRepo"), paper);
  AddLink(v1::Link::KIND_PROJECT, record.Text("projectPage"), paper);
  AddLinked(record, "linkedModels", "", v1::Link::KIND_MODEL, paper);
  AddLinked(record, "linkedDatasets", "datasets/", v1::Link::KIND_DATA, paper);
  AddLinked(record, "linkedSpaces", "spaces/", v1::Link::KIND_DEMO, paper);
  AddMedia(record.paper(), paper);
  if (&record.envelope() != &record.paper()) {
    AddMedia(record.envelope(), paper);
  }

  paper->set_tldr(
      OneLine(Either(record.Text("ai_summary"), record.Text("aiSummary"))));
  for (std::string_view key : {"ai_keywords", "aiKeywords"}) {
    if (const JsonValue* words = record.Member(key);
        words && words->IsArray()) {
      for (const JsonValue& word : words->GetArray()) {
        AddKeyword(Text(word), paper);
      }
    }
  }

  const std::string day =
      feature_day.empty() ? FeatureDay(record) : feature_day;
  // Counted on that day or later, so that what was counted since then stays.
  if (const std::optional<int64_t> stars = record.Count("githubStars")) {
    AddSignal("github-stars", static_cast<double>(*stars), paper,
              ParseDate(day));
  }
  if (!day.empty()) {
    v1::Feature* feature = paper->add_features();
    feature->set_day(day);
    feature->set_source(std::string(kSource));
    std::string curator = PersonName(record.Member("submittedOnDailyBy"));
    if (curator.empty()) curator = PersonName(record.Member("submittedBy"));
    feature->set_curator(std::move(curator));
    if (votes.has_value()) feature->set_vote_count(*votes);
  }
  if (record.Member("withdrawnAt") != nullptr) {
    paper->set_state(v1::Paper::STATE_WITHDRAWN);
  }
  return absl::OkStatus();
}

}  // namespace

JsonFormat HfDailyJson(std::string feature_day) {
  return {
      .convert = [day = std::move(feature_day)](
                     const JsonValue& record, std::string_view,
                     v1::Paper* paper) { return Convert(record, day, paper); },
      .wrappers = {}};
}

}  // namespace paperwire::importers
