#include "client/cpp/importers/json_records.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "client/cpp/importers/excerpt.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::importers {
namespace {

constexpr size_t kBufferBytes = size_t{64} << 10;
// What is kept of a record that is too long.
constexpr size_t kKeptBytes = 4096;

bool IsWhite(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

// Follows JSON byte by byte: how deep it is, and whether inside of a string.
class Nesting {
 public:
  int depth() const { return depth_; }
  bool in_string() const { return in_string_; }
  // The last whole string, as written, and the byte before the current one
  // that was not white.
  const std::string& last_string() const { return last_string_; }
  char before() const { return before_; }

  // Only what stands at this depth is remembered by last_string().
  void Step(char c, int remember_depth) {
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
        before_ = c;
        return;
      }
      if (depth_ == remember_depth && last_string_.size() < 64) {
        last_string_.push_back(c);
      }
      return;
    }
    if (c == '"') {
      in_string_ = true;
      last_string_.clear();
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if (c == '}' || c == ']') {
      --depth_;
    }
    if (!IsWhite(c)) before_ = c;
  }

 private:
  int depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  char before_ = 0;
  std::string last_string_;
};

bool Contains(const std::vector<std::string_view>& words,
              std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

JsonLayout LayoutOf(std::string_view head,
                    const std::vector<std::string_view>& wrappers) {
  ConsumePrefix(&head, "\xef\xbb\xbf");
  while (!head.empty() && IsWhite(head.front())) head.remove_prefix(1);
  if (head.starts_with("[")) return JsonLayout::kElements;
  if (!head.starts_with("{")) return JsonLayout::kLines;
  Nesting nesting;
  for (size_t i = 0; i < head.size(); ++i) {
    const char c = head[i];
    if (c == '[' && nesting.depth() == 1 && !nesting.in_string() &&
        nesting.before() == ':' && Contains(wrappers, nesting.last_string())) {
      return JsonLayout::kElements;
    }
    if (c == '\n') {
      // A line end inside of a string is a broken line. Between the members
      // of an object it is a record of several lines, unless another record
      // follows: then it is a line that was cut off.
      if (nesting.in_string()) return JsonLayout::kLines;
      const char before = nesting.before();
      size_t next = i + 1;
      while (next < head.size() && IsWhite(head[next])) ++next;
      const bool record_follows = next < head.size() && head[next] == '{';
      const bool inside = before == '{' || before == ',' || before == '[';
      return inside && !(record_follows && nesting.depth() == 1)
                 ? JsonLayout::kElements
                 : JsonLayout::kLines;
    }
    nesting.Step(c, 1);
    if (nesting.depth() == 0) return JsonLayout::kLines;
  }
  return JsonLayout::kLines;
}

JsonRecords::JsonRecords(ByteSource* source, JsonLayout layout,
                         std::vector<std::string_view> wrappers,
                         size_t max_record_bytes)
    : source_(source),
      layout_(layout),
      wrappers_(std::move(wrappers)),
      max_(std::max(max_record_bytes, kKeptBytes)),
      lines_(source, max_record_bytes) {}

absl::StatusOr<bool> JsonRecords::Next(JsonRecord* record) {
  record->too_long = false;
  if (layout_ == JsonLayout::kElements) return NextElement(record);
  Line line;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, lines_.Next(&line));
    if (!more) return false;
    if (line.too_long ||
        !std::all_of(line.text.begin(), line.text.end(), IsWhite)) {
      break;
    }
  }
  record->text = line.text;
  record->line = line.number;
  record->number = ++number_;
  record->too_long = line.too_long;
  return true;
}

// The next byte, which stays; false at the end.
absl::StatusOr<bool> JsonRecords::Peek(char* c) {
  if (begin_ == end_) {
    if (buffer_.empty()) buffer_.resize(kBufferBytes);
    absl::StatusOr<size_t> got = source_->Read(buffer_.data(), buffer_.size());
    if (!got.ok()) {
      return absl::Status(got.status().code(),
                          StrCat("line ", line_, ": ", got.status().message()));
    }
    begin_ = 0;
    end_ = *got;
    if (end_ == 0) return false;
    if (number_ == 0 && place_ == Place::kTop &&
        std::string_view(buffer_.data(), end_).starts_with("\xef\xbb\xbf")) {
      begin_ = 3;
      return Peek(c);
    }
  }
  *c = buffer_[begin_];
  return true;
}

void JsonRecords::Advance() {
  if (buffer_[begin_] == '\n') ++line_;
  ++begin_;
}

absl::Status JsonRecords::Garbage(char c) const {
  return absl::InvalidArgumentError(
      StrCat("line ", line_, ": expected a JSON record and found \"",
             MakeExcerpt(std::string_view(&c, 1)),
             "\"; nothing behind it can be read"));
}

absl::StatusOr<bool> JsonRecords::NextElement(JsonRecord* record) {
  while (true) {
    char c = 0;
    ASSIGN_OR_RETURN(const bool more, Peek(&c));
    if (!more) {
      if (place_ == Place::kTop) return false;
      return absl::DataLossError(
          StrCat("line ", line_,
                 ": the file ends inside of an array, after record ", number_));
    }
    if (place_ == Place::kTail) {
      RETURN_IF_ERROR(SkipTail());
      continue;
    }
    if (IsWhite(c) || (c == ',' && place_ == Place::kArray)) {
      Advance();
      continue;
    }
    if (c == ']' && place_ == Place::kArray) {
      Advance();
      place_ = wrapped_ ? Place::kTail : Place::kTop;
      continue;
    }
    if (c == '[' && place_ == Place::kTop) {
      Advance();
      place_ = Place::kArray;
      wrapped_ = false;
      continue;
    }
    if (c == '}' || c == ':' || (place_ == Place::kTop && c != '{')) {
      return Garbage(c);
    }
    ASSIGN_OR_RETURN(const bool captured, Capture(record));
    if (captured) return true;
  }
}

// Takes a value. False when it turned out to be an object that wraps the
// array of records, which was entered.
absl::StatusOr<bool> JsonRecords::Capture(JsonRecord* record) {
  captured_.clear();
  record->line = line_;
  Nesting nesting;
  while (true) {
    char c = 0;
    ASSIGN_OR_RETURN(const bool more, Peek(&c));
    if (!more) {
      return absl::DataLossError(
          StrCat("line ", line_, ": the file ends inside of record ",
                 number_ + 1, ", which begins on line ", record->line));
    }
    const bool outside = nesting.depth() == 0 && !nesting.in_string();
    if (outside && !captured_.empty() &&
        (IsWhite(c) || c == ',' || c == ']' || c == '}')) {
      break;  // behind a number or a word
    }
    if (c == '[' && place_ == Place::kTop && nesting.depth() == 1 &&
        !nesting.in_string() && nesting.before() == ':' &&
        Contains(wrappers_, nesting.last_string())) {
      Advance();
      place_ = Place::kArray;
      wrapped_ = true;
      return false;
    }
    nesting.Step(c, 1);
    Advance();
    if (captured_.size() < max_) {
      captured_.push_back(c);
    } else {
      record->too_long = true;
    }
    if (nesting.depth() == 0 && !nesting.in_string() &&
        (c == '}' || c == ']' || c == '"')) {
      break;
    }
  }
  if (record->too_long) captured_.resize(kKeptBytes);
  record->text = captured_;
  record->number = ++number_;
  return true;
}

// Passes over what an object holds behind its array of records.
absl::Status JsonRecords::SkipTail() {
  Nesting nesting;
  nesting.Step('{', 0);
  while (nesting.depth() > 0) {
    char c = 0;
    ASSIGN_OR_RETURN(const bool more, Peek(&c));
    if (!more) {
      return absl::DataLossError(
          StrCat("line ", line_,
                 ": the file ends inside of the object that holds "
                 "the records, after record ",
                 number_));
    }
    nesting.Step(c, 0);
    Advance();
  }
  place_ = Place::kTop;
  return absl::OkStatus();
}

}  // namespace paperwire::importers
