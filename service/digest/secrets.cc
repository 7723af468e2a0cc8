#include "service/digest/secrets.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "service/base/strings.h"

namespace paperwire::digest {
namespace {

constexpr size_t kMacBytes = 16;

std::string RandomBytes(size_t size) {
  std::string bytes(size, '\0');
  // Without random numbers nothing here would be secret.
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()),
                 static_cast<int>(size)) != 1) {
    std::abort();
  }
  return bytes;
}

}  // namespace

std::string Secrets::Mac(Purpose purpose, std::string_view numbers) const {
  const std::string text = StrCat(std::string(1, purpose), ".", numbers);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac,
       &size);
  return absl::WebSafeBase64Escape(
      absl::string_view(reinterpret_cast<const char*>(mac), kMacBytes));
}

std::string Secrets::Sign(Purpose purpose,
                          const std::vector<int64_t>& numbers) const {
  const std::string text = absl::StrJoin(numbers, ".");
  return StrCat(text, ".", Mac(purpose, text));
}

std::optional<std::vector<int64_t>> Secrets::Open(
    Purpose purpose, std::string_view signed_text) const {
  const size_t at = signed_text.rfind('.');
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view text = signed_text.substr(0, at);
  const std::string mac = Mac(purpose, text);
  const std::string_view given = signed_text.substr(at + 1);
  if (given.size() != mac.size() ||
      CRYPTO_memcmp(given.data(), mac.data(), mac.size()) != 0) {
    return std::nullopt;
  }
  std::vector<int64_t> numbers;
  for (const absl::string_view part : absl::StrSplit(ToAbsl(text), '.')) {
    int64_t number = 0;
    if (!absl::SimpleAtoi(part, &number)) return std::nullopt;
    numbers.push_back(number);
  }
  return numbers;
}

std::string RandomKey() { return RandomBytes(32); }

std::string RandomToken() { return absl::WebSafeBase64Escape(RandomBytes(16)); }

std::string HashOfToken(std::string_view token) {
  std::string hash(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(),
         reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

}  // namespace paperwire::digest
