// What tests of digests stand on: a clock that stands, a mail server that
// answers what it is told, and a real store.

#ifndef PAPERWIRE_TESTS_UNIT_DIGEST_DIGEST_FIXTURE_H_
#define PAPERWIRE_TESTS_UNIT_DIGEST_DIGEST_FIXTURE_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "service/base/mutex.h"
#include "service/base/strings.h"
#include "service/digest/digests.h"
#include "service/digest/tables.h"
#include "tests/unit/status_matchers.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::digest {

struct SentMail {
  int64_t key = 0;
  Mail mail;

  // The value of a header, unfolded; empty: there is none.
  std::string Header(const std::string& name) const {
    const std::string text =
        mail.message.substr(0, mail.message.find("\r\n\r\n")) + "\r\n";
    std::string value;
    bool inside = false;
    for (size_t at = 0; at < text.size();) {
      const size_t end = text.find("\r\n", at);
      const std::string line = text.substr(at, end - at);
      at = end + 2;
      if (line[0] == ' ' || line[0] == '\t') {
        if (inside) value += line;
        continue;
      }
      // Names of headers are the same in either case.
      inside = absl::StartsWithIgnoreCase(line, name + ":");
      if (inside) value += line.substr(name.size() + 1);
    }
    return std::string(absl::StripAsciiWhitespace(value));
  }

  // Of quoted-printable, as far as plain words are concerned.
  bool Has(const std::string& words) const {
    std::string text;
    for (size_t i = 0; i < mail.message.size(); ++i) {
      if (mail.message.compare(i, 3, "=\r\n") == 0) {
        i += 2;
      } else {
        text += mail.message[i] == '\n' || mail.message[i] == '\r'
                    ? ' '
                    : mail.message[i];
      }
    }
    return text.find(words) != std::string::npos;
  }

  // What stands after "t=" in the first link to a page.
  std::string Token(const std::string& page) const {
    std::string text;
    for (size_t i = 0; i < mail.message.size(); ++i) {
      if (mail.message.compare(i, 3, "=\r\n") == 0) {
        i += 2;
      } else {
        text += mail.message[i];
      }
    }
    for (const std::string t : {"?t=3D", "?t="}) {
      const std::string link = "/digests/" + page + t;
      const size_t at = text.find(link);
      if (at == std::string::npos) continue;
      const size_t begin = at + link.size();
      return text.substr(begin, text.find_first_of(" \r\n\"<>", begin) - begin);
    }
    return "";
  }
};

// Keeps what is sent until it is told the answer.
class FakeMailer : public Mailer {
 public:
  void Send(int64_t key, Mail mail) override {
    waiting.push_back({key, std::move(mail)});
  }

  std::vector<std::pair<int64_t, MailAnswer>> Wait(
      absl::Duration time) override {
    std::vector<std::pair<int64_t, MailAnswer>> answers;
    answers.swap(answers_);
    if (!answers.empty()) return answers;
    MutexLock lock(&mutex_);
    lock.AwaitFor(std::chrono::milliseconds(std::clamp<int64_t>(
                      absl::ToInt64Milliseconds(time), 0, 1)),
                  [this]()
                      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return woken_; });
    woken_ = false;
    return answers;
  }

  void Wake() override {
    MutexLock lock(&mutex_);
    woken_ = true;
    lock.Changed();
  }

  // Answers the oldest that waits.
  SentMail Answer(MailAnswer answer) {
    SentMail sent = std::move(waiting.front());
    waiting.erase(waiting.begin());
    answers_.emplace_back(sent.key, std::move(answer));
    return sent;
  }

  std::vector<SentMail> waiting;

 private:
  std::vector<std::pair<int64_t, MailAnswer>> answers_;
  Mutex mutex_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
};

class DigestTest : public testing::Test {
 protected:
  DigestTest() {
    options_.folder = folder_.path() + "/data";
    options_.side_tables.push_back(DigestTables());
    mail_.from = "Paperwire <digests@papers.example.org>";
    mail_.public_url = "https://papers.example.org";
    Open();
  }

  void Open() {
    absl::StatusOr<std::unique_ptr<store::Store>> store =
        store::Store::Open(options_, &clock_);
    ASSERT_OK(store);
    store_ = *std::move(store);
    auto mailer = std::make_unique<FakeMailer>();
    mailer_ = mailer.get();
    absl::StatusOr<std::unique_ptr<Digests>> digests =
        Digests::Open(mail_, std::move(mailer), store_.get(), &clock_);
    ASSERT_OK(digests);
    digests_ = *std::move(digests);
  }

  // What is under way is let go, as if the process had died.
  void Reopen() {
    digests_.reset();
    store_.reset();
    Open();
  }

  template <typename T>
  static absl::StatusOr<T> Await(
      std::function<void(std::function<void(absl::StatusOr<T>)>)> start) {
    std::promise<absl::StatusOr<T>> answer;
    start(
        [&](absl::StatusOr<T> result) { answer.set_value(std::move(result)); });
    return answer.get_future().get();
  }

  // Of the query "pigeon", daily at 8 in UTC.
  static v1::CreateDigestRequest Pigeons(
      const std::string& id = "a",
      const std::string& address = "jane@example.org") {
    v1::CreateDigestRequest request;
    request.set_parent("users/local");
    request.set_digest_id(id);
    request.mutable_digest()->set_address(address);
    request.mutable_digest()->mutable_query()->set_text("pigeon");
    return request;
  }

  static std::string Name(const std::string& id = "a") {
    return "users/local/digests/" + id;
  }

  absl::StatusOr<v1::Digest> Create(const v1::CreateDigestRequest& request) {
    return Await<v1::Digest>(
        [&](auto done) { digests_->Create(request, std::move(done)); });
  }
  absl::StatusOr<v1::Digest> Confirm(const std::string& token) {
    return Await<v1::Digest>(
        [&](auto done) { digests_->Confirm(token, std::move(done)); });
  }
  absl::StatusOr<v1::Digest> SetPaused(bool paused,
                                       const std::string& id = "a") {
    return Await<v1::Digest>([&](auto done) {
      digests_->SetPaused(Name(id), "", paused, std::move(done));
    });
  }
  absl::StatusOr<v1::Digest> Unsubscribe(const std::string& link) {
    return Await<v1::Digest>(
        [&](auto done) { digests_->Unsubscribe(link, std::move(done)); });
  }
  absl::StatusOr<v1::Digest> Update(const v1::UpdateDigestRequest& request) {
    return Await<v1::Digest>(
        [&](auto done) { digests_->Update(request, std::move(done)); });
  }
  absl::StatusOr<v1::ReportMailResponse> Report(const std::string& message) {
    v1::ReportMailRequest request;
    request.set_message(message);
    return Await<v1::ReportMailResponse>(
        [&](auto done) { digests_->Report(request, std::move(done)); });
  }
  v1::Digest Get(const std::string& id = "a") {
    const absl::StatusOr<v1::Digest> digest = digests_->Get(Name(id));
    EXPECT_OK(digest);
    return digest.value_or(v1::Digest());
  }
  // Newest first.
  std::vector<v1::DigestIssue> Issues(const std::string& id = "a") {
    const auto response =
        digests_->ListIssues(Name(id), INT64_MAX, /*limit=*/1000);
    EXPECT_OK(response);
    return {response->digest_issues().begin(), response->digest_issues().end()};
  }

  // Created and confirmed.
  void Begin(const v1::CreateDigestRequest& request) {
    ASSERT_OK(Create(request));
    const SentMail sent = Take();
    ASSERT_EQ(sent.mail.to, request.digest().address());
    ASSERT_OK(Confirm(sent.Token("confirm")));
  }

  // Titles, each with votes if any.
  void Import(const std::vector<std::pair<std::string, int>>& papers) {
    v1::ImportPapersRequest request;
    for (const auto& [title, votes] : papers) {
      v1::Paper* paper = request.add_items()->mutable_paper();
      paper->set_title(title);
      paper->set_abstract("About " + title + ".");
      if (votes > 0) paper->set_vote_count(votes);
    }
    EXPECT_OK(Await<v1::ImportPapersResponse>(
        [&](auto done) { store_->Import(request, std::move(done)); }));
  }
  // What a digest of this query would show.
  std::vector<std::string> NamesOf(const std::string& query) {
    clock_.Advance(absl::Seconds(1));  // what is stored now is not past yet
    v1::PreviewDigestRequest request;
    request.mutable_digest()->mutable_query()->set_text(query);
    const auto response = digests_->Preview(request, nullptr);
    EXPECT_OK(response);
    return {response->papers().begin(), response->papers().end()};
  }
  void Vote(const std::string& name, const std::string& voter) {
    v1::VotePaperRequest request;
    request.set_name(name);
    request.set_voter("users/" + voter);
    EXPECT_OK(Await<v1::VotePaperResponse>(
        [&](auto done) { store_->Vote(request, std::move(done)); }));
  }

  // To the next time that a daily digest is due.
  void NextMorning() {
    clock_.Advance(
        Get().has_next_send_time()
            ? absl::FromUnixSeconds(Get().next_send_time().seconds()) -
                  clock_.Now()
            : absl::Hours(24));
  }

  // Lets everything happen that is going to.
  void Settle() {
    for (int i = 0; i < 4; ++i) {
      EXPECT_OK(Await<bool>([&](auto done) {
        store_->Record(store::MakeJob<bool>(
            [](store::Transaction&) -> absl::StatusOr<bool> { return true; },
            std::move(done)));
      }));
      for (int j = 0; j < 5; ++j) {
        digests_->sender()->Turn(absl::ZeroDuration());
      }
    }
  }

  // Waits for a message, answers it, and waits until that is noted.
  SentMail Take(const MailAnswer& answer = {}) {
    for (int i = 0; i < 1000 && mailer_->waiting.empty(); ++i) Settle();
    if (mailer_->waiting.empty()) {
      ADD_FAILURE() << "nothing was sent";
      return {};
    }
    SentMail sent = mailer_->Answer(answer);
    Settle();
    return sent;
  }
  bool NothingIsSent() {
    Settle();
    return mailer_->waiting.empty();
  }

  TempFolder folder_;
  ManualClock clock_{absl::FromUnixSeconds(1700000000)};
  store::StoreOptions options_;
  MailOptions mail_;
  std::unique_ptr<store::Store> store_;
  FakeMailer* mailer_ = nullptr;  // of digests_
  std::unique_ptr<Digests> digests_;
};

}  // namespace paperwire::digest

#endif  // PAPERWIRE_TESTS_UNIT_DIGEST_DIGEST_FIXTURE_H_
