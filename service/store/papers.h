// Papers as they were at a sequence number, for answers that show them: ready
// to be sent, and ready to be highlighted.
//
//     ASSIGN_OR_RETURN(std::vector<std::shared_ptr<const StoredPaper>> papers,
//                      store.papers().Read(sequences, Papers::kWithWords));
//     highlighter.Mark(query::TextField::kTitle, papers[0]->title(),
//                      papers[0]->title_words());
//
// What was asked for last is kept (recent.h): a paper takes less than a
// microsecond then, some 10 when it must be read from the journal, and some
// 30 more when it must be cut into words.

#ifndef PAPERWIRE_SERVICE_STORE_PAPERS_H_
#define PAPERWIRE_SERVICE_STORE_PAPERS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "service/index/text_words.h"
#include "service/journal/connections.h"
#include "service/store/recent.h"
#include "service/text/analyzer.h"

namespace paperwire::store {

// A paper in the wire format, with the texts that are highlighted. Immutable
// once it is shared.
class StoredPaper {
 public:
  explicit StoredPaper(std::string bytes);
  StoredPaper(const StoredPaper&) = delete;
  StoredPaper& operator=(const StoredPaper&) = delete;

  // The whole v1::Paper, serialized.
  const std::string& bytes() const { return bytes_; }
  std::string_view title() const { return title_; }
  std::string_view abstract() const { return abstract_; }

  // Its fields as they lie in bytes(), in their order; those of one number that
  // lie side by side are one.
  struct Fields {
    uint32_t number;
    uint32_t begin, end;  // with their tags
  };
  absl::Span<const Fields> fields() const { return fields_; }

  // Begins to load what answers read first of it. For papers that lie far
  // apart: the processor then waits for all of them at once, not for each.
  void Prefetch(bool with_words) const;

  // Cuts the texts into words.
  void MakeWords(text::Analyzer& analyzer);
  bool has_words() const { return title_words_.has_value(); }
  const index::TextWords& title_words() const { return *title_words_; }
  const index::TextWords& abstract_words() const { return *abstract_words_; }

  size_t memory() const;

 private:
  std::string_view Text(uint32_t begin, uint32_t end) const;

  const std::string bytes_;
  std::string_view title_;  // both point into bytes_
  std::string_view abstract_;
  std::vector<Fields> fields_;
  std::optional<index::TextWords> title_words_;
  std::optional<index::TextWords> abstract_words_;
};

// Thread-safe.
class Papers {
 public:
  // `connections` must outlive this. Up to `max_bytes` of papers are kept;
  // one takes about 2 KB, and 5 KB more with its words.
  explicit Papers(journal::Connections* connections,
                  size_t max_bytes = kMaxBytes)
      : connections_(*connections), recent_(max_bytes) {}

  enum Wanted { kBytes, kWithWords };

  // The papers that the entries with these sequence numbers hold, in the order
  // asked. NOT_FOUND: one of them holds none, or is not there (any more).
  absl::StatusOr<std::vector<std::shared_ptr<const StoredPaper>>> Read(
      absl::Span<const int64_t> sequences, Wanted wanted);

  // The memory that they take now.
  size_t kept_bytes() const { return recent_.bytes(); }

  static constexpr size_t kMaxBytes = 96 << 20;

 private:
  journal::Connections& connections_;
  Recent<StoredPaper> recent_;
};

}  // namespace paperwire::store

#endif  // PAPERWIRE_SERVICE_STORE_PAPERS_H_
