#include "service/index/packed_codes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#ifdef __SSSE3__
#include <immintrin.h>
#endif

#include "service/index/bit_writer.h"
#include "service/index/load.h"
#include "service/index/posting_codes.h"

namespace paperwire::index {
namespace {

#ifdef __SSSE3__
constexpr std::array<uint8_t, 16> kOccurrences = [] {
  std::array<uint8_t, 16> occurrences{};
  for (uint8_t c = 0; c < 16; ++c) {
    occurrences[c] = static_cast<uint8_t>(kCodeTable.occurrences(c));
  }
  return occurrences;
}();

// 16 bytes from 16 - n on: ones for the first n, zeros behind.
constexpr std::array<uint8_t, 32> kInside = [] {
  std::array<uint8_t, 32> inside{};
  for (size_t i = 0; i < 16; ++i) inside[i] = 255;
  return inside;
}();
#endif

// Two bytes, and the time of another.
constexpr size_t kExceptionCost = 3;

constexpr uint8_t Escape(int bits) {
  return static_cast<uint8_t>((1u << bits) - 1);
}

// The codes in a byte that holds several, lowest bits first.
template <int kBits>
constexpr auto MakeSpread() {
  constexpr int kPerByte = 8 / kBits;
  std::array<std::array<uint8_t, kPerByte>, 256> spread{};
  for (int byte = 0; byte < 256; ++byte) {
    for (int i = 0; i < kPerByte; ++i) {
      spread[static_cast<size_t>(byte)][static_cast<size_t>(i)] =
          static_cast<uint8_t>(byte >> (i * kBits) & Escape(kBits));
    }
  }
  return spread;
}

template <int kBits>
void Spread(const uint8_t* in, uint32_t n, uint8_t* out) {
  static constexpr auto kSpread = MakeSpread<kBits>();
  constexpr uint32_t kPerByte = 8 / kBits;
  for (uint32_t i = 0; i < n; i += kPerByte) {
    std::memcpy(out + i, kSpread[*in++].data(), kPerByte);
  }
}

// The exceptions among 64 / bits packed codes, of which `left` bits count: the
// lowest bit of each.
uint64_t Exceptions(const uint8_t* data, uint64_t left, int bits) {
  uint64_t word = LoadAs<uint64_t>(data);
  if (left < 64) word &= (uint64_t{1} << left) - 1;
  for (int shift = 1; shift < bits; shift *= 2) word &= word >> shift;
  return word & ~uint64_t{0} / Escape(bits);
}

// How many of the first n codes of a chunk are exceptions; below 8 bits.
uint32_t CountExceptions(const uint8_t* data, uint32_t n, int bits) {
  uint32_t count = 0;
  for (uint64_t left = uint64_t{n} * static_cast<uint64_t>(bits); left > 0;
       data += 8, left -= std::min<uint64_t>(left, 64)) {
    count += static_cast<uint32_t>(std::popcount(Exceptions(data, left, bits)));
  }
  return count;
}

// What a packing takes without a plane, and with the time of exceptions.
size_t Cost(CodePacking packing, size_t codes) {
  return (codes * static_cast<size_t>(packing.bits) + 7) / 8 +
         kExceptionCost * packing.exceptions;
}

CodePacking WithoutPlane(std::span<const uint8_t> codes) {
  std::array<uint32_t, 3> exceptions{};  // with 1, 2 and 4 bits
  for (const uint8_t code : codes) {
    exceptions[0] += code >= 1;
    exceptions[1] += code >= 3;
    exceptions[2] += code >= 15;
  }
  if (exceptions[0] == 0) return {.plane = false, .bits = 0, .exceptions = 0};
  CodePacking best;
  for (size_t i = 0; i < exceptions.size(); ++i) {
    const CodePacking other = {
        .plane = false, .bits = 1 << i, .exceptions = exceptions[i]};
    if (Cost(other, codes.size()) < Cost(best, codes.size())) best = other;
  }
  return best;
}

// The codes that are not 0, less 1.
std::vector<uint8_t> NonZeros(std::span<const uint8_t> codes) {
  std::vector<uint8_t> nonzeros;
  for (const uint8_t code : codes) {
    if (code != 0) nonzeros.push_back(static_cast<uint8_t>(code - 1));
  }
  return nonzeros;
}

// How many of the codes before each chunk are counted, 2 bytes each; nothing
// when there is only one chunk.
template <typename Counts>
void PutBefore(std::span<const uint8_t> codes, Counts counts,
               std::vector<uint8_t>* out) {
  if (codes.size() <= kCodeChunk) return;
  uint16_t count = 0;
  for (size_t i = 0; i < codes.size(); ++i) {
    if (i % kCodeChunk == 0) {
      out->push_back(static_cast<uint8_t>(count));
      out->push_back(static_cast<uint8_t>(count >> 8));
    }
    count = static_cast<uint16_t>(count + counts(codes[i]));
  }
}

void PutWithoutPlane(std::span<const uint8_t> codes, CodePacking packing,
                     std::vector<uint8_t>* out) {
  if (packing.bits == 0) return;
  const uint8_t escape = Escape(packing.bits);
  if (packing.exceptions > 0) {
    PutBefore(codes, [escape](uint8_t code) { return code >= escape; }, out);
  }
  {
    BitWriter writer(out, packing.bits);
    for (const uint8_t code : codes) writer.Add(std::min(code, escape));
  }
  if (packing.bits == 8) return;
  for (size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] < escape) continue;
    out->push_back(static_cast<uint8_t>(i % kCodeChunk));
    out->push_back(codes[i]);
  }
}

size_t Chunks(uint32_t size) { return (size + kCodeChunk - 1) / kCodeChunk; }

#ifdef __SSSE3__
// For each byte of a plane: where each of eight codes is among those that are
// not 0; the top bit for 0.
constexpr auto kPlaces = [] {
  std::array<std::array<uint8_t, 8>, 256> places{};
  for (size_t byte = 0; byte < 256; ++byte) {
    uint8_t next = 0;
    for (size_t i = 0; i < 8; ++i) {
      places[byte][i] = (byte >> i & 1) != 0 ? next++ : 0x80;
    }
  }
  return places;
}();
#endif

// The codes of a plane, and of those that are not 0, less 1.
void Expand(const uint8_t* plane, uint32_t n, const uint8_t* nonzeros,
            uint8_t* out) {
  for (uint32_t i = 0; i < n; i += 8) {
    const uint32_t byte = *plane++;
#ifdef __SSSE3__
    const __m128i codes = _mm_add_epi8(
        _mm_loadl_epi64(reinterpret_cast<const __m128i*>(nonzeros)),
        _mm_set1_epi8(1));
    const __m128i places = _mm_loadl_epi64(
        reinterpret_cast<const __m128i*>(kPlaces[byte].data()));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out + i),
                     _mm_shuffle_epi8(codes, places));
    nonzeros += std::popcount(byte);
#else
    for (uint32_t k = 0; k < 8; ++k) {
      out[i + k] = (byte >> k & 1) != 0 ? static_cast<uint8_t>(*nonzeros++ + 1)
                                        : 0;
    }
#endif
  }
}

}  // namespace

CodePacking ChoosePacking(std::span<const uint8_t> codes) {
  const CodePacking direct = WithoutPlane(codes);
  if (direct.bits <= 1 && direct.exceptions == 0) return direct;
  const std::vector<uint8_t> nonzeros = NonZeros(codes);
  CodePacking planed = WithoutPlane(nonzeros);
  const size_t plane = codes.size() / 8 + 2;
  if (Cost(planed, nonzeros.size()) + plane >= Cost(direct, codes.size())) {
    return direct;
  }
  planed.plane = true;
  return planed;
}

void PutCodes(std::span<const uint8_t> codes, CodePacking packing,
              std::vector<uint8_t>* out) {
  if (!packing.plane) return PutWithoutPlane(codes, packing, out);
  PutBefore(codes, [](uint8_t code) { return code != 0; }, out);
  {
    BitWriter plane(out, 1);
    for (const uint8_t code : codes) plane.Add(code != 0);
  }
  PutWithoutPlane(NonZeros(codes), packing, out);
}

PackedCodes::PackedCodes(const uint8_t* data, uint32_t size, uint8_t head,
                         uint32_t exceptions)
    : size_(size) {
  if ((head & CodePacking::kPlane) != 0) {
    if (size > kCodeChunk) {
      before_ = data;
      data += Chunks(size) * 2;
    }
    plane_ = data;
    data += (size + 7) / 8;
    const uint32_t last = size - 1;
    size = Before(last) + (plane_[last / 8] >> (last % 8) & 1);
  }
  run_.size = size;
  run_.bits = head & (CodePacking::kPlane - 1);
  run_.exceptions = exceptions;
  if (exceptions > 0 && size > kCodeChunk) {
    run_.before = data;
    data += Chunks(size) * 2;
  }
  run_.data = data;
}

uint32_t PackedCodes::BeforeChunk(uint32_t chunk) const {
  return before_ == nullptr ? 0 : LoadAs<uint16_t>(before_ + size_t{chunk} * 2);
}

uint32_t PackedCodes::Before(uint32_t i) const {
  uint32_t count = BeforeChunk(i / kCodeChunk);
  const uint8_t* word = plane_ + size_t{i / kCodeChunk} * (kCodeChunk / 8);
  if (i % kCodeChunk >= 64) {
    count += static_cast<uint32_t>(std::popcount(LoadAs<uint64_t>(word)));
    word += 8;
  }
  const uint64_t below = (uint64_t{1} << (i % 64)) - 1;
  return count +
         static_cast<uint32_t>(std::popcount(LoadAs<uint64_t>(word) & below));
}

void PackedCodes::Decode(uint8_t* out) const {
  if (plane_ == nullptr) return run_.Decode(0, size_, out);
  std::array<uint8_t, kMostCodes + 16> nonzeros;
  run_.Decode(0, run_.size, nonzeros.data());
  Expand(plane_, size_, nonzeros.data(), out);
}

void PackedCodes::DecodeChunk(uint32_t chunk, uint8_t* out) const {
  const uint32_t begin = chunk * kCodeChunk;
  const uint32_t end = std::min(begin + kCodeChunk, size_);
  if (plane_ == nullptr) return run_.Decode(begin, end, out);
  const uint32_t first = BeforeChunk(chunk);
  const uint32_t past = end == size_ ? run_.size : BeforeChunk(chunk + 1);
  const uint32_t from = first / kCodeChunk * kCodeChunk;
  std::array<uint8_t, 2 * kCodeChunk + 16> nonzeros;
  run_.Decode(from, past, nonzeros.data());
  Expand(plane_ + begin / 8, end - begin, nonzeros.data() + (first - from),
         out);
}

uint8_t PackedCodes::At(uint32_t i) const {
  if (plane_ == nullptr) return run_.At(i);
  if ((plane_[i / 8] >> (i % 8) & 1) == 0) return 0;
  return static_cast<uint8_t>(run_.At(Before(i)) + 1);
}

uint32_t PackedCodes::Run::ExceptionsBefore(uint32_t chunk) const {
  if (chunk * kCodeChunk >= size) return exceptions;
  return before == nullptr ? 0 : LoadAs<uint16_t>(before + size_t{chunk} * 2);
}

void PackedCodes::Run::Decode(uint32_t begin, uint32_t end,
                              uint8_t* out) const {
  if (begin == end) return;
  const uint32_t n = end - begin;
  const uint8_t* const from =
      data + size_t{begin} / 8 * static_cast<size_t>(bits);
  switch (bits) {
    case 0:
      std::memset(out, 0, n);
      return;
    case 1:
      Spread<1>(from, n, out);
      break;
    case 2:
      Spread<2>(from, n, out);
      break;
    case 4:
      Spread<4>(from, n, out);
      break;
    default:
      std::memcpy(out, from, n);
      return;
  }
  if (exceptions == 0) return;
  uint32_t k = ExceptionsBefore(begin / kCodeChunk);
  const uint8_t* e = data + bytes() + size_t{k} * 2;
  for (uint32_t at = begin; at < end; at += kCodeChunk, out += kCodeChunk) {
    const uint32_t before_next = ExceptionsBefore(at / kCodeChunk + 1);
    for (; k < before_next; ++k, e += 2) out[e[0]] = e[1];
  }
}

uint8_t PackedCodes::Run::At(uint32_t i) const {
  if (bits == 0) return 0;
  if (bits == 8) return data[i];
  const uint32_t width = static_cast<uint32_t>(bits);
  const uint8_t escape = Escape(bits);
  const uint8_t code =
      static_cast<uint8_t>(data[i * width / 8] >> (i * width % 8) & escape);
  if (code != escape) return code;
  const uint32_t chunk = i / kCodeChunk;
  const uint8_t* const from = data + size_t{chunk} * (kCodeChunk / 8) * width;
  const size_t k =
      ExceptionsBefore(chunk) + CountExceptions(from, i % kCodeChunk, bits);
  return data[bytes() + k * 2 + 1];
}

uint32_t SumOccurrences(const uint8_t* codes, uint32_t n, bool* escaped) {
  uint32_t sum = 0;
  uint32_t i = 0;
#ifdef __SSSE3__
  // Sixteen at a time, looked up in a register, as long as all are below 16.
  const __m128i table =
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(kOccurrences.data()));
  for (; i < n; i += 16) {
    __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(codes + i));
    const __m128i inside = _mm_loadu_si128(reinterpret_cast<const __m128i*>(
        kInside.data() + 16 - std::min(16u, n - i)));
    v = _mm_and_si128(v, inside);
    const __m128i large = _mm_and_si128(v, _mm_set1_epi8(-16));
    if (_mm_movemask_epi8(_mm_cmpeq_epi8(large, _mm_setzero_si128())) !=
        0xFFFF) {
      break;
    }
    const __m128i occurrences =
        _mm_and_si128(_mm_shuffle_epi8(table, v), inside);
    const __m128i sums = _mm_sad_epu8(occurrences, _mm_setzero_si128());
    sum += static_cast<uint32_t>(_mm_cvtsi128_si32(sums) +
                                 _mm_extract_epi16(sums, 4));
  }
#endif
  for (; i < n; ++i) {
    sum += kCodeTable.occurrences(codes[i]);
    *escaped = *escaped || codes[i] == kNoCode;
  }
  return sum;
}

}  // namespace paperwire::index
