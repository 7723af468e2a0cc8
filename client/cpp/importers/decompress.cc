// gzip (RFC 1952, by zlib) and zstd (RFC 8878), told by their magic numbers.
//
// Both libraries are driven in the same way: an input buffer that is refilled
// from the raw source, and a step that turns some of it into output. What
// differs, and who says that the data is complete, stands in the two Codecs.

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "client/cpp/importers/byte_source.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"

namespace paperwire::importers {
namespace {

constexpr size_t kInputBytes = size_t{64} << 10;

struct Step {
  size_t used = 0;      // of the input
  size_t produced = 0;  // of the output
};

class Codec {
 public:
  virtual ~Codec() = default;
  virtual std::string_view name() const = 0;
  // Turns some of `in` into output. The error message is what is wrong.
  virtual absl::StatusOr<Step> Run(std::string_view in, char* out,
                                   size_t n) = 0;
  // Whether the input may end here.
  virtual bool complete() const = 0;
};

class GzipCodec : public Codec {
 public:
  GzipCodec() { ready_ = inflateInit2(&stream_, 15 + 16) == Z_OK; }
  ~GzipCodec() override {
    if (ready_) inflateEnd(&stream_);
  }
  GzipCodec(const GzipCodec&) = delete;
  GzipCodec& operator=(const GzipCodec&) = delete;

  std::string_view name() const override { return "gzip"; }

  absl::StatusOr<Step> Run(std::string_view in, char* out, size_t n) override {
    if (!ready_) return absl::ResourceExhaustedError("zlib has no memory");
    if (complete_) {
      // Between members. Archives on tape are padded with zeros.
      const size_t zeros = in.find_first_not_of('\0');
      if (zeros != 0 || padding_) {
        padding_ = true;
        if (zeros == std::string_view::npos) return Step{.used = in.size()};
        return absl::DataLossError("something else follows the gzip data");
      }
      inflateReset(&stream_);
      complete_ = false;
    }
    stream_.next_in =
        reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));  // NOLINT
    stream_.avail_in = static_cast<uInt>(in.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = static_cast<uInt>(std::min<size_t>(n, 1U << 30));
    const uInt room = stream_.avail_out;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      return absl::DataLossError(
          StrCat("the gzip data is damaged (",
                 stream_.msg != nullptr ? stream_.msg : "no details", ")"));
    }
    complete_ = result == Z_STREAM_END;
    return Step{in.size() - stream_.avail_in, room - stream_.avail_out};
  }

  bool complete() const override { return complete_; }

 private:
  z_stream stream_ = {};
  bool ready_ = false;
  bool complete_ = false;
  bool padding_ = false;
};

class ZstdCodec : public Codec {
 public:
  ZstdCodec() : context_(ZSTD_createDCtx()) {}
  ~ZstdCodec() override { ZSTD_freeDCtx(context_); }
  ZstdCodec(const ZstdCodec&) = delete;
  ZstdCodec& operator=(const ZstdCodec&) = delete;

  std::string_view name() const override { return "zstd"; }

  absl::StatusOr<Step> Run(std::string_view in, char* out, size_t n) override {
    if (context_ == nullptr) {
      return absl::ResourceExhaustedError("zstd has no memory");
    }
    ZSTD_inBuffer input = {in.data(), in.size(), 0};
    ZSTD_outBuffer output = {out, n, 0};
    const size_t result = ZSTD_decompressStream(context_, &output, &input);
    if (ZSTD_isError(result)) {
      return absl::DataLossError(
          StrCat("the zstd data is damaged (", ZSTD_getErrorName(result), ")"));
    }
    complete_ = result == 0;
    return Step{input.pos, output.pos};
  }

  bool complete() const override { return complete_; }

 private:
  ZSTD_DCtx* const context_;
  bool complete_ = false;
};

std::unique_ptr<Codec> CodecOf(std::string_view head) {
  const auto begins = [head](const char(&magic)[5], size_t n) {
    return head.size() >= n && std::memcmp(head.data(), magic, n) == 0;
  };
  if (begins("\x1f\x8b\x08\0", 3)) return std::make_unique<GzipCodec>();
  if (begins("\x28\xb5\x2f\xfd", 4)) return std::make_unique<ZstdCodec>();
  // A skippable frame before the data, as parallel compressors write it.
  if (head.size() >= 4 && (head[0] & 0xf0) == 0x50 &&
      head.substr(1, 3) == "\x2a\x4d\x18") {
    return std::make_unique<ZstdCodec>();
  }
  return nullptr;
}

class DecompressingSource : public ByteSource {
 public:
  DecompressingSource(std::unique_ptr<ByteSource> raw,
                      const DecompressionLimits& limits)
      : raw_(std::move(raw)), limits_(limits), input_(kInputBytes) {}

  absl::StatusOr<size_t> Read(char* out, size_t n) override {
    if (!status_.ok()) return status_;
    absl::StatusOr<size_t> got = ReadSome(out, n);
    if (!got.ok()) status_ = got.status();
    return got;
  }

  int64_t raw_position() const override { return used_; }
  std::optional<int64_t> raw_size() const override { return raw_->raw_size(); }

 private:
  absl::StatusOr<size_t> ReadSome(char* out, size_t n) {
    if (!started_) RETURN_IF_ERROR(Start());
    while (true) {
      if (begin_ == end_ && !raw_ended_) RETURN_IF_ERROR(Refill());
      if (codec_ == nullptr) {
        const size_t take = std::min(n, end_ - begin_);
        std::memcpy(out, input_.data() + begin_, take);
        Use(take);
        return take;
      }
      if (begin_ == end_ && codec_->complete()) return 0;
      absl::StatusOr<Step> step = codec_->Run(
          std::string_view(input_.data() + begin_, end_ - begin_), out, n);
      if (!step.ok()) {
        return absl::Status(
            step.status().code(),
            StrCat(step.status().message(), " near byte ", used_));
      }
      Use(step->used);
      produced_ += static_cast<int64_t>(step->produced);
      RETURN_IF_ERROR(CheckLimits());
      if (step->produced > 0) return step->produced;
      if (step->used == 0 && raw_ended_ && begin_ == end_) {
        return absl::DataLossError(
            StrCat("the ", codec_->name(), " data is cut off at byte ", used_,
                   ", after ", produced_, " decompressed bytes"));
      }
    }
  }

  // Reads enough to tell the format.
  absl::Status Start() {
    started_ = true;
    while (end_ < 4 && !raw_ended_) RETURN_IF_ERROR(Refill());
    codec_ = CodecOf(std::string_view(input_.data(), end_));
    return absl::OkStatus();
  }

  // Reads more behind what is there.
  absl::Status Refill() {
    if (begin_ == end_) begin_ = end_ = 0;
    ASSIGN_OR_RETURN(const size_t got,
                     raw_->Read(input_.data() + end_, input_.size() - end_));
    end_ += got;
    raw_ended_ = got == 0;
    return absl::OkStatus();
  }

  void Use(size_t n) {
    begin_ += n;
    used_ += static_cast<int64_t>(n);
  }

  absl::Status CheckLimits() const {
    if (limits_.max_bytes > 0 && produced_ > limits_.max_bytes) {
      return absl::ResourceExhaustedError(StrCat(
          "the ", codec_->name(), " data unpacks to more than the limit of ",
          limits_.max_bytes, " bytes; raise the limit if it is to be trusted"));
    }
    if (limits_.max_ratio > 0 && produced_ > limits_.free_bytes &&
        produced_ / limits_.max_ratio > used_) {
      return absl::ResourceExhaustedError(
          StrCat("the ", codec_->name(), " data unpacks to more than ",
                 limits_.max_ratio, " times its size (", produced_,
                 " bytes from ", used_,
                 "): it looks like a decompression bomb; raise the limit if "
                 "it is to be trusted"));
    }
    return absl::OkStatus();
  }

  const std::unique_ptr<ByteSource> raw_;
  const DecompressionLimits limits_;
  std::vector<char> input_;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool started_ = false;
  bool raw_ended_ = false;
  std::unique_ptr<Codec> codec_;
  int64_t used_ = 0;
  int64_t produced_ = 0;
  absl::Status status_;
};

}  // namespace

std::unique_ptr<ByteSource> Decompress(std::unique_ptr<ByteSource> raw,
                                       const DecompressionLimits& limits) {
  return std::make_unique<DecompressingSource>(std::move(raw), limits);
}

}  // namespace paperwire::importers
