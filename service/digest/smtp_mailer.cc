#include "service/digest/smtp_mailer.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "service/base/strings.h"
#include "service/digest/mail_report.h"

namespace paperwire::digest {
namespace {

constexpr size_t kMaxReply = 1000;
// A server that closes a connection that is idle does so later.
constexpr long kIdleSeconds = 5;  // NOLINT: libcurl's type

// One message on its way.
struct Transfer {
  int64_t key = 0;
  Mail mail;
  size_t read = 0;
  CURL* easy = nullptr;
  curl_slist* to = nullptr;
  std::string command;  // the last one but QUIT, without what belongs to it
  std::string reply;    // the last line that came after it
  bool left = false;    // it was told QUIT
  char error[CURL_ERROR_SIZE] = "";

  Transfer() = default;
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() {
    curl_slist_free_all(to);
    curl_easy_cleanup(easy);
  }
};

size_t Read(char* buffer, size_t size, size_t n, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  const std::string& message = transfer->mail.message;
  const size_t bytes = std::min(size * n, message.size() - transfer->read);
  std::memcpy(buffer, message.data() + transfer->read, bytes);
  transfer->read += bytes;
  return bytes;
}

// The dialogue, of which libcurl tells the codes alone.
int Listen(CURL*, curl_infotype type, char* data, size_t size, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  const std::string_view line =
      ToStd(absl::StripTrailingAsciiWhitespace(absl::string_view(data, size)));
  if (type == CURLINFO_HEADER_OUT) {
    const std::string_view command = line.substr(0, line.find_first_of(" :"));
    transfer->left = command == "QUIT";
    if (transfer->left) return 0;
    transfer->command = command;
    transfer->reply.clear();
  } else if (type == CURLINFO_HEADER_IN && !transfer->left) {
    transfer->reply = line.substr(0, kMaxReply);
  }
  return 0;
}

long Millis(absl::Duration duration) {  // NOLINT: libcurl's type
  return static_cast<long>(absl::ToInt64Milliseconds(duration));
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The first digit of a reply's code; 0: it is none.
int ClassOf(std::string_view reply) {
  const bool coded = reply.size() >= 3 && IsDigit(reply[0]) &&
                     IsDigit(reply[1]) && IsDigit(reply[2]);
  return coded ? reply[0] - '0' : 0;
}

// The enhanced status code of a reply (RFC 2034), "5.1.1"; empty: it has none.
std::string_view StatusOf(std::string_view reply) {
  if (reply.size() < 5) return "";
  const std::string_view rest = reply.substr(4);
  return rest.substr(0, rest.find(' '));
}

MailAnswer::Kind KindOf(const Transfer& transfer) {
  const int reply = ClassOf(transfer.reply);
  const bool of_address = transfer.command == "RCPT";
  // After DATA comes the message; the last reply is the one to it.
  const bool of_message = of_address || transfer.command == "DATA";
  if (transfer.command == "MAIL" && reply == 4) return MailAnswer::kLater;
  if (!of_message) return MailAnswer::kNoServer;
  if (reply == 4) {
    // "421": it closes the connection, whatever was asked.
    return absl::StartsWith(transfer.reply, "421") ? MailAnswer::kNoServer
                                                   : MailAnswer::kLater;
  }
  if (reply != 5) return MailAnswer::kNoServer;
  return of_address && MeansNoMailbox(StatusOf(transfer.reply))
             ? MailAnswer::kNoMailbox
             : MailAnswer::kRefused;
}

class SmtpMailer : public Mailer {
 public:
  SmtpMailer(SmtpOptions options, CURLM* multi)
      : options_(std::move(options)), multi_(multi) {
    const long connections = options_.connections;  // NOLINT: libcurl's type
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, connections);
    curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, connections);
  }

  ~SmtpMailer() override {
    for (const auto& [easy, transfer] : transfers_) {
      curl_multi_remove_handle(multi_, easy);
    }
    transfers_.clear();
    curl_multi_cleanup(multi_);
  }

  void Send(int64_t key, Mail mail) override {
    waiting_.emplace_back(key, std::move(mail));
    BeginWaiting();
  }

  std::vector<std::pair<int64_t, MailAnswer>> Wait(
      absl::Duration time) override {
    int running = 0;
    curl_multi_perform(multi_, &running);
    TakeAnswers();
    if (answers_.empty()) {
      const int64_t millis = std::clamp<int64_t>(
          absl::ToInt64Milliseconds(absl::Ceil(time, absl::Milliseconds(1))), 0,
          60000);
      curl_multi_poll(multi_, nullptr, 0, static_cast<int>(millis), nullptr);
      curl_multi_perform(multi_, &running);
      TakeAnswers();
    }
    return std::exchange(answers_, {});
  }

  void Wake() override { curl_multi_wakeup(multi_); }

 private:
  // As many as there are connections.
  void BeginWaiting() {
    while (!waiting_.empty() &&
           transfers_.size() < static_cast<size_t>(options_.connections)) {
      Begin(waiting_.front().first, std::move(waiting_.front().second));
      waiting_.pop_front();
    }
  }

  void Begin(int64_t key, Mail mail) {
    auto transfer = std::make_unique<Transfer>();
    transfer->key = key;
    transfer->mail = std::move(mail);
    transfer->easy = curl_easy_init();
    if (transfer->easy == nullptr) {
      answers_.emplace_back(
          key, MailAnswer{MailAnswer::kNoServer, "there is no memory to send"});
      return;
    }
    SetUp(transfer.get());
    CURL* const easy = transfer->easy;
    const CURLMcode added = curl_multi_add_handle(multi_, easy);
    if (added != CURLM_OK) {
      answers_.emplace_back(
          key, MailAnswer{MailAnswer::kNoServer, curl_multi_strerror(added)});
      return;
    }
    transfers_[easy] = std::move(transfer);
  }

  void SetUp(Transfer* transfer) const {
    CURL* const easy = transfer->easy;
    const std::string url = options_.greeting.empty()
                                ? options_.url
                                : StrCat(options_.url, "/", options_.greeting);
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    const bool plain = options_.allow_plain && options_.password.empty();
    curl_easy_setopt(easy, CURLOPT_USE_SSL,
                     static_cast<long>(  // NOLINT: libcurl's type
                         plain ? CURLUSESSL_TRY : CURLUSESSL_ALL));
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!options_.ca_file.empty()) {
      curl_easy_setopt(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
    }
    if (!options_.user.empty()) {
      curl_easy_setopt(easy, CURLOPT_USERNAME, options_.user.c_str());
      curl_easy_setopt(easy, CURLOPT_PASSWORD, options_.password.c_str());
    }
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, Millis(options_.timeout));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     Millis(options_.connect_timeout));
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, kIdleSeconds);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_MAIL_FROM,
                     StrCat("<", options_.sender, ">").c_str());
    transfer->to =
        curl_slist_append(nullptr, StrCat("<", transfer->mail.to, ">").c_str());
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, transfer->to);
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, Read);
    curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE,
                     static_cast<curl_off_t>(transfer->mail.message.size()));
    curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, Listen);
    curl_easy_setopt(easy, CURLOPT_DEBUGDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
  }

  void TakeAnswers() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* const easy = message->easy_handle;
      const CURLcode code = message->data.result;
      const auto it = transfers_.find(easy);
      answers_.emplace_back(it->second->key, AnswerOf(*it->second, code));
      curl_multi_remove_handle(multi_, easy);
      transfers_.erase(it);
    }
    BeginWaiting();
  }

  MailAnswer AnswerOf(const Transfer& transfer, CURLcode code) const {
    if (code == CURLE_OK) return {};
    MailAnswer answer;
    // Without a reply the server has not decided anything.
    answer.kind = code == CURLE_OPERATION_TIMEDOUT ? MailAnswer::kNoServer
                                                   : KindOf(transfer);
    const std::string_view why =
        transfer.error[0] != '\0' ? transfer.error : curl_easy_strerror(code);
    if (answer.kind != MailAnswer::kNoServer) {
      answer.error = transfer.reply;
    } else {
      answer.error = StrCat("the mail server ", options_.url, ": ", why);
      if (!transfer.reply.empty()) {
        StrAppend(&answer.error, " (it said \"", transfer.reply, "\"",
                  transfer.command.empty() ? "" : " to ", transfer.command,
                  ")");
      }
      if (code == CURLE_USE_SSL_FAILED) {
        answer.error += "; --smtp-plain does without TLS";
      }
    }
    return answer;
  }

  const SmtpOptions options_;
  CURLM* const multi_;
  std::map<CURL*, std::unique_ptr<Transfer>> transfers_;
  std::deque<std::pair<int64_t, Mail>> waiting_;
  std::vector<std::pair<int64_t, MailAnswer>> answers_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Mailer>> MakeSmtpMailer(
    const SmtpOptions& options) {
  std::string_view rest = options.url;
  if ((!ConsumePrefix(&rest, "smtp://") && !ConsumePrefix(&rest, "smtps://")) ||
      rest.empty() || rest.find_first_of("/@?# ") != std::string_view::npos) {
    return absl::InvalidArgumentError(
        StrCat("\"", options.url,
               "\" is no mail server. Write smtp://host:587 or "
               "smtps://host:465, without a name or a password in it."));
  }
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* const multi = initialised == CURLE_OK ? curl_multi_init() : nullptr;
  if (multi == nullptr) {
    return absl::UnavailableError(
        "libcurl, which sends messages, cannot be set up.");
  }
  return std::make_unique<SmtpMailer>(options, multi);
}

}  // namespace paperwire::digest
