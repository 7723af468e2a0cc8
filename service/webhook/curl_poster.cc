#include "service/webhook/curl_poster.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "absl/status/status.h"
#include "service/base/strings.h"
#include "service/webhook/addresses.h"

namespace paperwire::webhook {
namespace {

constexpr char kUserAgent[] = "paperwire/" PAPERWIRE_VERSION;
// Nobody reads answers; a receiver that sends more is cut off.
constexpr size_t kMaxAnswerBytes = size_t{64} << 10;

// One post under way.
struct Transfer {
  int64_t key = 0;
  const CurlPosterOptions* options = nullptr;
  std::string body;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  size_t answer_bytes = 0;
  bool enough = false;   // the answer is longer than we read
  bool refused = false;  // its address is not to be connected to
  char error[CURL_ERROR_SIZE] = "";

  Transfer() = default;
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() {
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
  }
};

curl_socket_t OpenSocket(void* user, curlsocktype, curl_sockaddr* address) {
  auto* transfer = static_cast<Transfer*>(user);
  if (!transfer->options->allow_private &&
      (!IsPublic(address->addr) || IsOfThisMachine(address->addr))) {
    transfer->refused = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC,
                address->protocol);
}

size_t Drop(char*, size_t size, size_t n, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  transfer->answer_bytes += size * n;
  transfer->enough = transfer->answer_bytes > kMaxAnswerBytes;
  return transfer->enough ? 0 : size * n;
}

long Millis(absl::Duration duration) {  // NOLINT: libcurl's type
  return static_cast<long>(absl::ToInt64Milliseconds(duration));
}

class CurlPoster : public Poster {
 public:
  CurlPoster(const CurlPosterOptions& options, CURLM* multi)
      : options_(options), multi_(multi) {
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS,
                      static_cast<long>(options.kept_connections));  // NOLINT
  }

  ~CurlPoster() override {
    Abandon();
    curl_multi_cleanup(multi_);
  }

  void Post(int64_t key, PostRequest request) override {
    auto transfer = std::make_unique<Transfer>();
    transfer->key = key;
    transfer->options = &options_;
    transfer->body = std::move(request.body);
    // Without it libcurl would wait for a "100 Continue" first.
    transfer->headers = curl_slist_append(nullptr, "Expect:");
    for (const std::string& header : request.headers) {
      transfer->headers = curl_slist_append(transfer->headers, header.c_str());
    }
    CURL* const easy = curl_easy_init();
    transfer->easy = easy;
    if (easy == nullptr) {
      unsent_.emplace_back(
          key, PostAnswer{.error = "There is no memory to post it."});
      return;
    }
    SetUp(easy, request.url, transfer.get());
    const CURLMcode added = curl_multi_add_handle(multi_, easy);
    if (added != CURLM_OK) {
      unsent_.emplace_back(key,
                           PostAnswer{.error = curl_multi_strerror(added)});
      return;
    }
    transfers_[easy] = std::move(transfer);
  }

  std::vector<std::pair<int64_t, PostAnswer>> Wait(
      absl::Duration time) override {
    std::vector<std::pair<int64_t, PostAnswer>> answers = std::move(unsent_);
    unsent_.clear();
    int running = 0;
    curl_multi_perform(multi_, &running);
    TakeAnswers(&answers);
    if (!answers.empty()) return answers;
    const int64_t millis = std::clamp<int64_t>(
        absl::ToInt64Milliseconds(absl::Ceil(time, absl::Milliseconds(1))), 0,
        60000);
    curl_multi_poll(multi_, nullptr, 0, static_cast<int>(millis), nullptr);
    curl_multi_perform(multi_, &running);
    TakeAnswers(&answers);
    return answers;
  }

  void Wake() override { curl_multi_wakeup(multi_); }

  void Abandon() override {
    for (const auto& [easy, transfer] : transfers_) {
      curl_multi_remove_handle(multi_, easy);
    }
    transfers_.clear();
    unsent_.clear();
  }

 private:
  void SetUp(CURL* easy, const std::string& url, Transfer* transfer) const {
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
                     options_.allow_private ? "http,https" : "https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     static_cast<long>(CURL_HTTP_VERSION_1_1));  // NOLINT
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, Millis(options_.timeout));
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    // Do not wait for a look-up of a name that takes longer than all else.
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, OpenSocket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, kUserAgent);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(transfer->body.size()));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, Drop);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
  }

  void TakeAnswers(std::vector<std::pair<int64_t, PostAnswer>>* answers) {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* const easy = message->easy_handle;
      const CURLcode code = message->data.result;
      const auto it = transfers_.find(easy);
      answers->emplace_back(it->second->key, AnswerOf(*it->second, code));
      curl_multi_remove_handle(multi_, easy);
      transfers_.erase(it);
    }
  }

  PostAnswer AnswerOf(const Transfer& transfer, CURLcode code) const {
    PostAnswer answer;
    curl_off_t micros = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_TOTAL_TIME_T, &micros);
    answer.took = absl::Microseconds(micros);
    if (code == CURLE_OK || transfer.enough) {
      long status = 0;  // NOLINT: libcurl's type
      curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
      answer.http_status = static_cast<int>(status);
      curl_off_t seconds = 0;
      curl_easy_getinfo(transfer.easy, CURLINFO_RETRY_AFTER, &seconds);
      answer.retry_after = absl::Seconds(std::max<curl_off_t>(0, seconds));
      return answer;
    }
    if (transfer.refused) {
      answer.error =
          "Not posted: the name stands for this machine, or for an address in "
          "a private or reserved network.";
    } else if (code == CURLE_OPERATION_TIMEDOUT) {
      answer.error = StrCat("No answer within ",
                            absl::FormatDuration(options_.timeout), ".");
    } else {
      answer.error = StrCat(
          "No answer: ",
          transfer.error[0] != '\0' ? transfer.error : curl_easy_strerror(code),
          ".");
    }
    return answer;
  }

  const CurlPosterOptions options_;
  CURLM* const multi_;
  std::map<CURL*, std::unique_ptr<Transfer>> transfers_;
  std::vector<std::pair<int64_t, PostAnswer>> unsent_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Poster>> MakeCurlPoster(
    const CurlPosterOptions& options) {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* const multi = initialised == CURLE_OK ? curl_multi_init() : nullptr;
  if (multi == nullptr) {
    return absl::UnavailableError(
        "libcurl, which posts to webhooks, cannot be set up.");
  }
  return std::make_unique<CurlPoster>(options, multi);
}

}  // namespace paperwire::webhook
