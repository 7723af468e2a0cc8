#include "service/index/framed_column.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "service/base/priority.h"

namespace paperwire::index {
namespace {

constexpr size_t kFrame = 64;
// The widest number that a load of eight bytes has whole, wherever it begins.
constexpr int kWidest = 57;
constexpr uint32_t kMostShift = 32;

struct Header {
  uint64_t base = 0;
  uint64_t slope = 0;
  uint32_t size = 0;
  uint32_t shift = 0;
};

// A frame: 32 bits of its least number (above the base, shifted), 7 of the
// width, and where it begins, in words of 8 bytes: a frame of 64 numbers of w
// bits takes w of them.
struct Frame {
  uint64_t least = 0;
  uint64_t width = 0;
  uint64_t begin = 0;

  static Frame Of(uint64_t bits) {
    return {bits & 0xFFFFFFFF, bits >> 32 & 0x7F, bits >> 39};
  }
  uint64_t bits() const { return least | width << 32 | begin << 39; }
};

size_t Frames(uint32_t size) { return (size_t{size} + kFrame - 1) / kFrame; }

int Width(uint64_t range) {
  const int width = std::bit_width(range);
  return width > kWidest ? 64 : width;
}

// The numbers without the slope; wrapping, as all reckoning here.
std::vector<uint64_t> Level(std::span<const int64_t> numbers, uint64_t slope) {
  std::vector<uint64_t> level(numbers.size());
  for (size_t i = 0; i < level.size(); ++i) {
    level[i] = static_cast<uint64_t>(numbers[i]) - slope * (i % kFrame);
  }
  return level;
}

bool Less(uint64_t a, uint64_t b) {
  return static_cast<int64_t>(a) < static_cast<int64_t>(b);
}

// Calls visit(begin, end, least, most) for each frame.
template <typename Visit>
void ForEachFrame(const std::vector<uint64_t>& level, Visit visit) {
  for (size_t begin = 0; begin < level.size(); begin += kFrame) {
    GiveWayAt(begin);
    const size_t end = std::min(begin + kFrame, level.size());
    const auto [least, most] = std::minmax_element(
        level.begin() + static_cast<ptrdiff_t>(begin),
        level.begin() + static_cast<ptrdiff_t>(end), Less);
    visit(begin, end, *least, *most);
  }
}

uint64_t TotalWidth(const std::vector<uint64_t>& level) {
  uint64_t total = 0;
  ForEachFrame(level, [&](size_t, size_t, uint64_t least, uint64_t most) {
    total += static_cast<uint64_t>(Width(most - least));
  });
  return total;
}

// By how much the numbers rise from one to the next, on average; 0 where that
// could overflow.
uint64_t Slope(std::span<const int64_t> numbers) {
  constexpr int64_t kFar = int64_t{1} << 48;
  if (numbers.size() < 2) return 0;
  const auto [least, most] = std::minmax_element(numbers.begin(),
                                                 numbers.end());
  if (*least < -kFar || *most > kFar) return 0;
  const int64_t steps = static_cast<int64_t>(numbers.size()) - 1;
  const int64_t rise = numbers.back() - numbers.front();
  return rise > 0 ? static_cast<uint64_t>((rise + steps / 2) / steps) : 0;
}

void PutBits(uint64_t value, uint64_t bit, uint8_t* data) {
  uint8_t* const at = data + bit / 8;
  uint64_t word;
  std::memcpy(&word, at, sizeof(word));
  word |= value << (bit % 8);
  std::memcpy(at, &word, sizeof(word));
}

}  // namespace

bool FramedColumn::Fits(std::span<const uint8_t> bytes) {
  if (bytes.size() < sizeof(Header)) return false;
  const auto header = LoadAs<Header>(bytes.data());
  const size_t frames = Frames(header.size);
  bytes = bytes.subspan(sizeof(Header));
  if (header.shift > kMostShift || frames > bytes.size() / 8) return false;
  size_t words = 0;
  for (size_t f = 0; f < frames; ++f) {
    const Frame frame = Frame::Of(LoadAs<uint64_t>(bytes.data() + f * 8));
    if (frame.begin != words ||
        (frame.width > kWidest && frame.width != 64)) {
      return false;
    }
    words += frame.width;
  }
  return words + 1 <= bytes.size() / 8 - frames;
}

FramedColumn::FramedColumn(std::span<const uint8_t> bytes) {
  const auto header = LoadAs<Header>(bytes.data());
  base_ = header.base;
  slope_ = header.slope;
  size_ = header.size;
  shift_ = header.shift;
  const size_t frames = Frames(size_);
  frames_ = bytes.data() + sizeof(Header);
  data_ = frames_ + frames * 8;
  size_t words = 0;
  if (frames > 0) {
    const Frame last = Frame::Of(LoadAs<uint64_t>(data_ - 8));
    words = last.begin + last.width;
  }
  bytes_ = sizeof(Header) + (frames + words + 1) * 8;
}

void PutFramed(std::span<const int64_t> numbers, std::vector<uint8_t>* out) {
  Header header;
  header.size = static_cast<uint32_t>(numbers.size());
  std::vector<uint64_t> level = Level(numbers, 0);
  if (const uint64_t slope = Slope(numbers); slope > 0) {
    std::vector<uint64_t> sloped = Level(numbers, slope);
    if (TotalWidth(sloped) < TotalWidth(level)) {
      header.slope = slope;
      level.swap(sloped);
    }
  }
  if (!level.empty()) {
    const auto [least, most] =
        std::minmax_element(level.begin(), level.end(), Less);
    header.base = *least;
    const auto width = static_cast<uint32_t>(std::bit_width(*most - *least));
    header.shift = width > 32 ? width - 32 : 0;
  }
  std::vector<uint64_t> frames;
  uint64_t words = 0;
  ForEachFrame(level, [&](size_t, size_t, uint64_t least, uint64_t most) {
    Frame frame;
    frame.least = (least - header.base) >> header.shift;
    frame.width = static_cast<uint64_t>(
        Width(most - header.base - (frame.least << header.shift)));
    frame.begin = words;
    words += frame.width;
    frames.push_back(frame.bits());
  });
  const size_t begin = out->size();
  out->resize(begin + sizeof(header) + (frames.size() + words + 1) * 8);
  uint8_t* at = out->data() + begin;
  std::memcpy(at, &header, sizeof(header));
  at += sizeof(header);
  if (!frames.empty()) std::memcpy(at, frames.data(), frames.size() * 8);
  at += frames.size() * 8;
  for (size_t i = 0; i < level.size(); ++i) {
    const Frame frame = Frame::Of(frames[i / kFrame]);
    const uint64_t above =
        level[i] - header.base - (frame.least << header.shift);
    PutBits(above, i % kFrame * frame.width, at + frame.begin * 8);
  }
}

}  // namespace paperwire::index
