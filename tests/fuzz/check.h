// What a fuzzer holds to be true of every input.
//
//     Check(token.end <= text.size(), "a token ends inside of its text");
//
// A promise that does not hold ends the process, as a crash does, so that the
// fuzzer keeps the input.

#ifndef PAPERWIRE_TESTS_FUZZ_CHECK_H_
#define PAPERWIRE_TESTS_FUZZ_CHECK_H_

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace paperwire {

inline void Check(bool holds, std::string_view promise,
                  std::string_view but = "") {
  if (holds) return;
  std::fprintf(stderr, "This does not hold: %.*s\n%.*s\n",
               static_cast<int>(promise.size()), promise.data(),
               static_cast<int>(but.size()), but.data());
  std::abort();
}

}  // namespace paperwire

#endif  // PAPERWIRE_TESTS_FUZZ_CHECK_H_
