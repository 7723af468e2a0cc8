#include "service/store/papers.h"

#include <utility>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "paperwire/v1/paper.pb.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/journal/journal.h"

namespace paperwire::store {
namespace {

constexpr size_t kUsualFields = 16;

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// One read transaction for many reads: SQLite locks the file once, not for
// each.
class ReadTransaction {
 public:
  explicit ReadTransaction(journal::Database* db) : db_(*db) {}
  absl::Status Begin() { return db_.Get("BEGIN").Run(); }
  ~ReadTransaction() {
    if (db_.InTransaction()) db_.Get("COMMIT").Run().IgnoreError();
  }
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;

 private:
  journal::Database& db_;
};

}  // namespace

StoredPaper::StoredPaper(std::string bytes) : bytes_(std::move(bytes)) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes_.data());
  CodedInputStream in(data, static_cast<int>(bytes_.size()));
  fields_.reserve(kUsualFields);
  while (true) {
    const auto begin = static_cast<uint32_t>(in.CurrentPosition());
    const uint32_t tag = in.ReadTag();
    const auto value = static_cast<uint32_t>(in.CurrentPosition());
    if (tag == 0 || !WireFormatLite::SkipField(&in, tag)) return;
    const auto end = static_cast<uint32_t>(in.CurrentPosition());
    const auto number =
        static_cast<uint32_t>(WireFormatLite::GetTagFieldNumber(tag));
    if (number == v1::Paper::kTitleFieldNumber) {
      title_ = Text(value, end);
    } else if (number == v1::Paper::kAbstractFieldNumber) {
      abstract_ = Text(value, end);
    }
    if (!fields_.empty() && fields_.back().number == number) {
      fields_.back().end = end;
    } else {
      fields_.push_back({number, begin, end});
    }
  }
}

// What follows a length.
std::string_view StoredPaper::Text(uint32_t begin, uint32_t end) const {
  while (static_cast<uint8_t>(bytes_[begin]) >= 0x80) ++begin;
  return std::string_view(bytes_).substr(begin + 1, end - begin - 1);
}

void StoredPaper::Prefetch(bool with_words) const {
  constexpr size_t kCacheLine = 64;
  const auto* const fields = reinterpret_cast<const char*>(fields_.data());
  for (size_t i = 0; i < fields_.size() * sizeof(Fields); i += kCacheLine) {
    __builtin_prefetch(fields + i);
  }
  __builtin_prefetch(bytes_.data());
  __builtin_prefetch(title_.data());
  if (with_words) {
    title_words_->Prefetch();
    abstract_words_->Prefetch();
  }
}

void StoredPaper::MakeWords(text::Analyzer& analyzer) {
  title_words_.emplace(title_, analyzer);
  abstract_words_.emplace(abstract_, analyzer);
}

size_t StoredPaper::memory() const {
  size_t bytes =
      sizeof(*this) + bytes_.capacity() + fields_.capacity() * sizeof(Fields);
  if (has_words()) bytes += title_words_->bytes() + abstract_words_->bytes();
  return bytes;
}

absl::StatusOr<std::vector<std::shared_ptr<const StoredPaper>>> Papers::Read(
    absl::Span<const int64_t> sequences, Wanted wanted) {
  std::vector<std::shared_ptr<const StoredPaper>> papers =
      recent_.Find(sequences);
  bool all = true;
  for (const auto& paper : papers) {
    if (paper == nullptr || (wanted == kWithWords && !paper->has_words())) {
      all = false;
    } else {
      paper->Prefetch(wanted == kWithWords);
    }
  }
  if (all) return papers;

  static thread_local text::Analyzer analyzer;
  ASSIGN_OR_RETURN(journal::Connections::Lease db, connections_.Take());
  ReadTransaction transaction(&*db);
  RETURN_IF_ERROR(transaction.Begin());
  for (size_t i = 0; i < papers.size(); ++i) {
    std::string bytes;
    if (papers[i] == nullptr) {
      ASSIGN_OR_RETURN(journal::Entry entry,
                       journal::ReadOne(*db, sequences[i]));
      if (!entry.payload.has_paper()) {
        return absl::NotFoundError(
            StrCat("Journal entry ", sequences[i], " holds no paper."));
      }
      bytes = entry.payload.paper().SerializeAsString();
    } else if (wanted == kWithWords && !papers[i]->has_words()) {
      bytes = papers[i]->bytes();
    } else {
      continue;
    }
    auto paper = std::make_shared<StoredPaper>(std::move(bytes));
    if (wanted == kWithWords) paper->MakeWords(analyzer);
    recent_.Keep(sequences[i], paper, paper->memory());
    papers[i] = std::move(paper);
  }
  return papers;
}

}  // namespace paperwire::store
