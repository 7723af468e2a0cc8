#include "client/cpp/importers/json.h"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "service/base/strings.h"
#include "service/text/utf8.h"

namespace paperwire::importers {
namespace {

constexpr unsigned kFlags = rapidjson::kParseValidateEncodingFlag |
                            rapidjson::kParseIterativeFlag |
                            rapidjson::kParseNanAndInfFlag;

// Enough for most records, so that parsing them allocates nothing.
constexpr size_t kPoolBytes = size_t{256} << 10;

constexpr double kMaxCount = 9007199254740992.0;  // 2^53

using Document = rapidjson::GenericDocument<rapidjson::UTF8<>,
                                            rapidjson::MemoryPoolAllocator<>>;

// Hands the parser's events on, and stops it when they nest too deeply or hold
// what is no text.
class DepthGuard {
 public:
  explicit DepthGuard(Document& document) : document_(document) {}

  // Whether it was for half a surrogate pair: RapidJSON lets "\ude00" pass.
  bool found_half_pair() const { return found_half_pair_; }

  bool Null() { return document_.Null(); }
  bool Bool(bool b) { return document_.Bool(b); }
  bool Int(int i) { return document_.Int(i); }
  bool Uint(unsigned i) { return document_.Uint(i); }
  bool Int64(int64_t i) { return document_.Int64(i); }
  bool Uint64(uint64_t i) { return document_.Uint64(i); }
  bool Double(double d) { return document_.Double(d); }
  bool RawNumber(const char* text, rapidjson::SizeType n, bool copy) {
    return document_.RawNumber(text, n, copy);
  }
  bool String(const char* text, rapidjson::SizeType n, bool copy) {
    return IsWhole(text, n) && document_.String(text, n, copy);
  }
  bool Key(const char* text, rapidjson::SizeType n, bool copy) {
    return IsWhole(text, n) && document_.Key(text, n, copy);
  }
  bool StartObject() { return Enter() && document_.StartObject(); }
  bool EndObject(rapidjson::SizeType n) {
    --depth_;
    return document_.EndObject(n);
  }
  bool StartArray() { return Enter() && document_.StartArray(); }
  bool EndArray(rapidjson::SizeType n) {
    --depth_;
    return document_.EndArray(n);
  }

 private:
  bool Enter() { return ++depth_ <= kMaxJsonDepth; }
  bool IsWhole(const char* text, rapidjson::SizeType n) {
    found_half_pair_ = text::FindInvalidUtf8(std::string_view(text, n)) !=
                       std::string_view::npos;
    return !found_half_pair_;
  }

  Document& document_;
  int depth_ = 0;
  bool found_half_pair_ = false;
};

}  // namespace

struct JsonParser::Impl {
  std::vector<char> memory = std::vector<char>(kPoolBytes);
  rapidjson::MemoryPoolAllocator<> pool{memory.data(), memory.size()};
  std::optional<Document> document;
  rapidjson::Reader reader;
};

JsonParser::JsonParser() : impl_(std::make_unique<Impl>()) {}
JsonParser::~JsonParser() = default;

absl::StatusOr<const JsonValue*> JsonParser::Parse(std::string_view text) {
  impl_->document.reset();
  impl_->pool.Clear();
  Document& document = impl_->document.emplace(&impl_->pool);
  rapidjson::MemoryStream bytes(text.data(), text.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream>
      stream(bytes);
  bool half_pair = false;
  const auto generate = [&](Document& handler) {
    DepthGuard guard(handler);
    const bool ok = !impl_->reader.Parse<kFlags>(stream, guard).IsError();
    half_pair = guard.found_half_pair();
    return ok;
  };
  document.Populate(generate);
  if (!impl_->reader.HasParseError()) return &document;
  const rapidjson::ParseErrorCode code = impl_->reader.GetParseErrorCode();
  const size_t at = impl_->reader.GetErrorOffset();
  if (code == rapidjson::kParseErrorStringInvalidEncoding) {
    return absl::InvalidArgumentError(StrCat("invalid UTF-8 at byte ", at));
  }
  if (code == rapidjson::kParseErrorTermination) {
    if (half_pair) {
      return absl::InvalidArgumentError(
          StrCat("half of a surrogate pair in the text before byte ", at));
    }
    return absl::InvalidArgumentError(
        StrCat("nested more than ", kMaxJsonDepth, " deep at byte ", at));
  }
  std::string_view what = rapidjson::GetParseError_En(code);
  ConsumeSuffix(&what, ".");
  return absl::InvalidArgumentError(
      StrCat("no valid JSON at byte ", at, ": ", what));
}

const JsonValue* Find(const JsonValue& value, std::string_view key) {
  if (!value.IsObject()) return nullptr;
  const auto member = value.FindMember(rapidjson::Value(rapidjson::StringRef(
      key.data(), static_cast<rapidjson::SizeType>(key.size()))));
  if (member == value.MemberEnd() || member->value.IsNull()) return nullptr;
  return &member->value;
}

std::string_view Text(const JsonValue& value) {
  if (!value.IsString()) return "";
  return std::string_view(value.GetString(), value.GetStringLength());
}

std::string_view TextOf(const JsonValue& value, std::string_view key) {
  const JsonValue* member = Find(value, key);
  return member == nullptr ? "" : Text(*member);
}

std::optional<int64_t> CountOf(const JsonValue& value, std::string_view key) {
  const JsonValue* member = Find(value, key);
  if (member == nullptr) return std::nullopt;
  if (member->IsString()) {
    int64_t count = 0;
    if (!absl::SimpleAtoi(ToAbsl(Text(*member)), &count)) return std::nullopt;
    if (count < 0 || static_cast<double>(count) > kMaxCount) {
      return std::nullopt;
    }
    return count;
  }
  if (!member->IsNumber()) return std::nullopt;
  const double count = member->GetDouble();
  if (!std::isfinite(count) || count < 0 || count > kMaxCount ||
      count != std::floor(count)) {
    return std::nullopt;
  }
  return static_cast<int64_t>(count);
}

bool IsTrue(const JsonValue& value, std::string_view key) {
  const JsonValue* member = Find(value, key);
  return member != nullptr && member->IsTrue();
}

std::vector<const JsonValue*> ElementsOf(const JsonValue& value,
                                         std::string_view key) {
  std::vector<const JsonValue*> elements;
  const JsonValue* member = Find(value, key);
  if (member == nullptr || !member->IsArray()) return elements;
  elements.reserve(member->Size());
  for (const JsonValue& element : member->GetArray()) {
    elements.push_back(&element);
  }
  return elements;
}

std::vector<std::string_view> TextsOf(const JsonValue& value,
                                      std::string_view key) {
  std::vector<std::string_view> texts;
  const JsonValue* member = Find(value, key);
  if (member == nullptr) return texts;
  if (member->IsString()) {
    texts.push_back(Text(*member));
  } else if (member->IsArray()) {
    for (const JsonValue& element : member->GetArray()) {
      if (element.IsString()) texts.push_back(Text(element));
    }
  }
  return texts;
}

}  // namespace paperwire::importers
