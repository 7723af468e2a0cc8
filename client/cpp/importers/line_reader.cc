#include "client/cpp/importers/line_reader.h"

#include <algorithm>
#include <cstring>

#include "absl/status/status.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::importers {
namespace {

constexpr size_t kFirstBuffer = size_t{256} << 10;
// What is kept of a line that is too long.
constexpr size_t kKeptBytes = 4096;

}  // namespace

LineReader::LineReader(ByteSource* source, size_t max_line_bytes)
    : source_(source),
      max_(std::max(max_line_bytes, kKeptBytes)),
      buffer_(std::min(kFirstBuffer, max_ + 2)) {}

// Reads more; false at the end of the source.
absl::StatusOr<bool> LineReader::Fill() {
  if (ended_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) {
    buffer_.resize(std::min(buffer_.size() * 2, max_ + 2));
  }
  absl::StatusOr<size_t> got =
      source_->Read(buffer_.data() + end_, buffer_.size() - end_);
  if (!got.ok()) {
    return absl::Status(got.status().code(), StrCat("line ", number_ + 1, ": ",
                                                    got.status().message()));
  }
  end_ += *got;
  ended_ = *got == 0;
  return !ended_;
}

absl::StatusOr<bool> LineReader::Next(Line* line) {
  line->too_long = false;
  if (number_ == 0) {
    bool more = true;
    while (more && end_ - begin_ < 3) {
      ASSIGN_OR_RETURN(more, Fill());
    }
    const std::string_view head(buffer_.data() + begin_, end_ - begin_);
    if (head.starts_with("\xef\xbb\xbf")) begin_ += 3;
  }
  size_t searched = 0;
  kept_.clear();
  while (true) {
    const char* const from = buffer_.data() + begin_;
    const size_t have = end_ - begin_;
    const void* const newline =
        std::memchr(from + searched, '\n', have - searched);
    if (newline != nullptr) {
      size_t size = static_cast<const char*>(newline) - from;
      begin_ += size + 1;
      ++number_;
      line->number = number_;
      if (line->too_long || size > max_) {
        line->too_long = true;
        if (kept_.empty()) kept_.assign(from, from + kKeptBytes);
        line->text = std::string_view(kept_.data(), kept_.size());
        return true;
      }
      if (size > 0 && from[size - 1] == '\r') --size;
      line->text = std::string_view(from, size);
      return true;
    }
    if (have > max_) {
      line->too_long = true;
      if (kept_.empty()) kept_.assign(from, from + kKeptBytes);
      begin_ = end_;
    }
    searched = end_ - begin_;
    ASSIGN_OR_RETURN(const bool more, Fill());
    if (more) continue;
    if (end_ == begin_ && !line->too_long) return false;
    // The last line, without a line end.
    ++number_;
    line->number = number_;
    if (line->too_long) {
      line->text = std::string_view(kept_.data(), kept_.size());
    } else {
      line->text = std::string_view(buffer_.data() + begin_, end_ - begin_);
    }
    begin_ = end_;
    return true;
  }
}

}  // namespace paperwire::importers
