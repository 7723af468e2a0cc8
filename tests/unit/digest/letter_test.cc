#include "service/digest/letter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "service/digest/line.h"
#include "service/digest/paper_words.h"
#include "service/digest/phrases.h"
#include "service/digest/subject.h"
#include "service/text/utf8.h"
#include "tests/unit/digest/letters.h"
#include "tests/unit/temp_folder.h"

namespace paperwire::digest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// Gmail shows the rest of a longer HTML only to those who ask.
constexpr size_t kGmailClips = 102 * 1024;

size_t Count(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string_view::npos;
       at += part.size()) {
    ++count;
  }
  return count;
}

// No control characters but line ends, and nothing but UTF-8.
void ExpectClean(std::string_view text) {
  EXPECT_EQ(text::FindInvalidUtf8(text), std::string_view::npos);
  for (size_t at = 0; at < text.size();) {
    const text::CodePoint c = text::DecodeAt(text, at);
    EXPECT_FALSE((c.value < 0x20 && c.value != '\n') ||
                 (c.value >= 0x7F && c.value < 0xA0))
        << "U+" << std::hex << static_cast<uint32_t>(c.value) << " at " << at;
    at += c.size;
  }
}

// Every tag that is opened is closed, in order, and is one of those we write.
void ExpectBalanced(std::string_view html) {
  const std::set<std::string_view> alone = {"meta", "!doctype", "!DOCTYPE"};
  const std::set<std::string_view> ours = {
      "html", "head", "title", "style", "body", "div", "table", "tr",
      "td",   "h1",   "h2",    "h3",    "p",    "a",   "bdi"};
  std::vector<std::string_view> open;
  for (size_t at = html.find('<'); at != std::string_view::npos;
       at = html.find('<', at + 1)) {
    if (html.substr(at).starts_with("<!--[if mso]>")) {
      at = html.find("<![endif]-->", at);
      ASSERT_NE(at, std::string_view::npos);
      continue;
    }
    const bool closes = html[at + 1] == '/';
    const size_t begin = at + (closes ? 2 : 1);
    const std::string_view name =
        html.substr(begin, html.find_first_of(" >", begin) - begin);
    if (alone.contains(name)) continue;
    ASSERT_TRUE(ours.contains(name)) << name;
    if (!closes) {
      open.push_back(name);
    } else {
      ASSERT_FALSE(open.empty()) << name;
      ASSERT_EQ(open.back(), name);
      open.pop_back();
    }
  }
  EXPECT_THAT(open, ElementsAre());
}

// What a client could load, run or be led away to.
void ExpectHarmless(std::string_view html) {
  for (const char* part :
       {"<script", "<img", "<iframe", "<form", "<link", "@import", "url(",
        " src=", "javascript:", "data:", "onclick", "onerror="}) {
    EXPECT_EQ(Count(html, part), 0u) << part;
  }
  EXPECT_EQ(Count(html, "href=\""), Count(html, "href=\"http"));
}

void ExpectGood(const LetterText& mail) {
  ExpectClean(mail.subject);
  EXPECT_EQ(mail.subject.find('\n'), std::string::npos);
  EXPECT_LE(Width(mail.subject), kSubjectColumns);
  ExpectClean(mail.text);
  ExpectClean(mail.html);
  ExpectBalanced(mail.html);
  ExpectHarmless(mail.html);
  for (const std::string& line : Lines(mail.text)) {
    if (line.find("://") == std::string::npos) {
      EXPECT_LE(Width(line), kTextColumns) << line;
    }
  }
}

TEST(LetterTest, ShowsPapersInText) {
  Letter letter = MakeLetter(2);
  letter.more = 15;
  letter.more_url = "https://papers.example.org/more";
  const LetterText mail = Write(letter);
  ExpectGood(mail);
  EXPECT_EQ(mail.subject, "Diffusion models: 17 new");
  EXPECT_THAT(mail.text, HasSubstr(R"(Diffusion models
================

Friday, 27 November 2026

17 new papers
-------------

 1. Learning to Denoise in 1 Steps: Consistent Samplers for Video
    Diffusion
    Ada Lovelace, Alan M. Turing, Grace Hopper, Emmy Noether and 2 more
    cs.CV, cs.LG · 27 votes · 27 November 2026
    https://arxiv.org/abs/2611.10001
    PDF: https://arxiv.org/pdf/2611.10001
    Code: https://github.com/lovelace/few-steps

    Diffusion models make convincing videos, but each takes hundreds of
    evaluations of a large network. We show that a sampler that was
    trained to agree with itself across steps needs only a handful. On
    three public collections it halves the error of the best sampler
    that was known, at a tenth of the cost.

 2. Learning)"));
  EXPECT_THAT(mail.text, HasSubstr("and 15 more\n"
                                   "https://papers.example.org/more\n"));
  EXPECT_THAT(mail.text, HasSubstr(R"(-- 
You get this from papers.example.org daily at 08:00 (Europe/Berlin),
because the reader of reader@example.net confirmed it. It looks for:
diffusion AND (video OR audio) has:code

Change or pause it: https://papers.example.org/digests/manage?t=abc
Unsubscribe: https://papers.example.org/digests/stop?t=abc&x=1
Sent by Paperwire at papers.example.org
)"));
}

TEST(LetterTest, ShowsPapersInHtml) {
  const LetterText mail = Write(MakeLetter(2));
  ExpectGood(mail);
  EXPECT_THAT(mail.html,
              HasSubstr("href=\"https://arxiv.org/abs/2611.10002\""));
  EXPECT_THAT(mail.html,
              HasSubstr("href=\"https://papers.example.org/digests/stop?t=abc"
                        "&amp;x=1\""));
  EXPECT_THAT(mail.html, HasSubstr("prefers-color-scheme:dark"));
  EXPECT_THAT(mail.html, HasSubstr("color-scheme:light dark"));
  EXPECT_THAT(mail.html, HasSubstr("max-width:640px"));
}

TEST(LetterTest, ShowsABoard) {
  Letter letter = MakeLetter(0, 4);
  letter.board.papers[0].previous_rank = 3;
  letter.board.papers[1].previous_rank = 1;
  letter.board.papers[2].newcomer = true;
  letter.board.papers[3].rank = 9;
  letter.board.formula_text =
      "sum over votes of 2^(-time since the vote / 24h)";
  const LetterText mail = Write(letter);
  ExpectGood(mail);
  EXPECT_EQ(mail.subject, "Diffusion models: 4 trending");
  for (const char* part :
       {"Trending this week\n------------------\n", " 1. Learning",
        "    up from 3 · cs.CV, cs.LG · 12 votes in the last 7",
        "    down from 1 · ", "    new on the board · ", " 9. Learning"}) {
    EXPECT_THAT(mail.text, HasSubstr(part));
  }
  EXPECT_THAT(mail.text,
              HasSubstr("The board ranks by votes in the last 7 days, by the "
                        "formula sum over\nvotes of 2^(-time since the vote / "
                        "24h).\n"));
  EXPECT_THAT(mail.html, HasSubstr("12 votes in the last 7 days, 27 in all"));
  EXPECT_EQ(Write(MakeLetter(12, 5)).subject,
            "Diffusion models: 12 new, 5 trending");
}

TEST(LetterTest, CallsASinglePaperByItsTitle) {
  EXPECT_EQ(Write(MakeLetter(1)).subject,
            "Diffusion models: Learning to Denoise in 1 Steps: Consistent "
            "Samplers for Video Diffusion");
  EXPECT_THAT(Write(MakeLetter(0, 1)).subject, HasSubstr("in 1001 Steps"));
  Letter letter = MakeLetter(1);
  letter.more = 1;
  EXPECT_EQ(Write(letter).subject, "Diffusion models: 2 new");
}

TEST(LetterTest, NeverCutsOffWhatIsInIt) {
  Letter letter = MakeLetter(3);
  letter.title = std::string(200, 'x');
  EXPECT_TRUE(Write(letter).subject.ends_with("x…: 3 new"));
  letter = MakeLetter(1);
  letter.title = "words " + std::string(150, 'x');
  const std::string subject = Write(letter).subject;
  EXPECT_THAT(subject, HasSubstr("…: Learning to Denoise"));
  EXPECT_LE(Width(subject), kSubjectColumns);
}

TEST(LetterTest, AsksForConsent) {
  Letter letter = MakeLetter(0);
  letter.kind = v1::DigestIssue::KIND_CONFIRMATION;
  letter.confirm_url = "https://papers.example.org/digests/confirm?t=abc&x=1";
  letter.confirm_until = absl::CivilDay(2026, 12, 4);
  letter.manage_url.clear();
  letter.unsubscribe_url.clear();
  // A stranger's words neither lead the subject nor fill the message.
  letter.title = "Win a prize";
  letter.asked = std::string("all of ") + std::string(1000, 'x');
  const LetterText mail = Write(letter);
  ExpectGood(mail);
  EXPECT_EQ(mail.subject,
            "Please confirm: papers by email from papers.example.org");
  for (const char* part :
       {"Somebody, most likely you, asked papers.example.org to send new "
        "research\npapers to reader@example.net, daily at 08:00 "
        "(Europe/Berlin).\n",
        "\nhttps://papers.example.org/digests/confirm?t=abc&x=1\n",
        "The link works until 4 December 2026.\n", "do nothing, and nothing"}) {
    EXPECT_THAT(mail.text, HasSubstr(part));
  }
  EXPECT_LT(Count(mail.text, "x"), 250u);
  EXPECT_THAT(mail.text, Not(HasSubstr("confirmed it")));
  EXPECT_THAT(mail.html, HasSubstr("Nothing is sent before you confirm."));
  EXPECT_EQ(Count(mail.html, "href="), 1u);
  EXPECT_THAT(
      mail.html,
      HasSubstr(
          "href=\"https://papers.example.org/digests/confirm?t=abc&amp;x=1\""));
}

TEST(LetterTest, SaysThatThereWasNothing) {
  Letter letter = MakeLetter(0);
  letter.kind = v1::DigestIssue::KIND_NOTE;
  const LetterText mail = Write(letter);
  ExpectGood(mail);
  EXPECT_EQ(mail.subject, "Diffusion models: nothing new for 30 days");
  EXPECT_THAT(mail.text, HasSubstr("For 30 days there was nothing new"));
  EXPECT_THAT(mail.html, HasSubstr("For 30 days there was nothing new"));
  EXPECT_THAT(mail.text, HasSubstr("Unsubscribe: "));
}

TEST(LetterTest, TellsWhatIsMissing) {
  Letter letter = MakeLetter(1);
  letter.lost = true;
  v1::SourceFreshness& source = letter.late.emplace_back();
  const int64_t now = absl::ToUnixSeconds(letter.time);
  source.set_source("arxiv");
  source.mutable_last_news_time()->set_seconds(now - 3 * 86400);
  source.mutable_last_import_time()->set_seconds(now - 7200);
  source.mutable_usual_interval()->set_seconds(86000);
  EXPECT_EQ(LateText(source, letter.time),
            "arxiv: nothing new for 3 days, usually every day, last looked at "
            "2 hours ago");
  source.mutable_last_import_time()->set_seconds(now - 3 * 86400);
  source.mutable_usual_interval()->set_seconds(3 * 3600);
  EXPECT_EQ(LateText(source, letter.time),
            "arxiv: nothing new for 3 days, usually every 3 hours");
  const LetterText mail = Write(letter);
  ExpectGood(mail);
  EXPECT_THAT(mail.text, HasSubstr("Some papers that matched cannot be shown"));
  EXPECT_THAT(mail.text,
              HasSubstr("sources are late. arxiv: nothing new for\n3 days"));
  EXPECT_THAT(mail.html, HasSubstr("arxiv: nothing new for 3 days"));
  letter.late.resize(500, source);
  EXPECT_THAT(Write(letter).text, HasSubstr("; and 490 more."));
}

TEST(LetterTest, IsTheSameEachTime) {
  const LetterText a = Write(MakeLetter(20, 20));
  const LetterText b = Write(MakeLetter(20, 20));
  EXPECT_EQ(a.subject, b.subject);
  EXPECT_EQ(a.text, b.text);
  EXPECT_EQ(a.html, b.html);
}

TEST(LetterTest, IsNotClipped) {
  const LetterText usual = Write(MakeLetter(20));
  EXPECT_LT(usual.html.size(), 50'000u);
  EXPECT_THAT(usual.html, HasSubstr("at a tenth of the cost."));
  EXPECT_LT(Write(MakeLetter(20, 20)).html.size(), 80'000u);
  const LetterText many = Write(MakeLetter(100));
  EXPECT_LT(many.html.size(), kMostHtml);
  EXPECT_LT(many.text.size(), kMostHtml);
  ExpectGood(many);
  for (int i = 1; i <= 100; ++i) {
    EXPECT_THAT(many.html, HasSubstr(StrCat("Denoise in ", i, " Steps")));
    EXPECT_THAT(many.text, HasSubstr(StrCat("abs/2611.", 10000 + i, "\n")));
  }
  // As many as there can be, with titles as long as they are shown.
  Letter most = MakeLetter(100, 100);
  for (auto* papers : {&most.matches, &most.board.papers}) {
    for (LetterPaper& paper : *papers) {
      v1::Paper copy = *paper.paper;
      StrAppend(copy.mutable_title(), " and ", std::string(60, 'x'));
      paper.paper = std::make_shared<const v1::Paper>(copy);
    }
  }
  const LetterText told = Write(most);
  EXPECT_LT(told.html.size(), kGmailClips);
  EXPECT_EQ(Count(told.html, "Denoise in 1100 Steps"), 1u);
  EXPECT_THAT(told.html, Not(HasSubstr("Lovelace")));
  EXPECT_THAT(told.html, HasSubstr("Unsubscribe"));
  EXPECT_THAT(many.html, HasSubstr("Lovelace"));
}

// Whatever they are, they neither break a line, a tag nor a bound.
TEST(LetterTest, HoldsAgainstHostilePapers) {
  const std::string hostile[] = {
      "A title\r\nBcc: everybody@example.org\r\n\r\nHello",
      "</table></td><script>alert(1)</script><img src=x onerror=alert(1)>",
      "\"'><a href=javascript:alert(1)>x</a><!-- --> <![CDATA[ & &amp; &#0;",
      "שלום עולם (123): diffusion \u202e desrever",
      "👩‍👩‍👧 🏴󠁧󠁢󠁳󠁣󠁴󠁿 e\u0301 ❤️",
      std::string(5000, 'w'),
      "漢字" + std::string(3000, 'x') + " 漢字漢字漢字",
      "bad \xff\xfe utf-8 \xc3",
      std::string("nul \0 in it \x1b[31m", 17),
      "",
      "\n\n",
  };
  for (const std::string& text : hostile) {
    v1::Paper paper;
    paper.set_title(text);
    paper.set_abstract(text + ". " + text);
    paper.set_venue(text);
    paper.add_categories(text);
    for (int i = 0; i < 3000; ++i) paper.add_authors()->set_name(text);
    for (const char* uri : {"javascript:alert(1)", "https://a\"b.org/",
                            "https://example.org/?a=1&b=<x>",
                            "data:text/html,"
                            "x"}) {
      v1::Link* link = paper.add_links();
      link->set_kind(v1::Link::KIND_CODE);
      link->set_uri(uri);
    }
    v1::ExternalId* id = paper.add_external_ids();
    id->set_scheme("doi");
    id->set_value("10.1/<" + text.substr(0, 100) + ">\"");
    for (const v1::DigestIssue::Kind kind :
         {v1::DigestIssue::KIND_PAPERS, v1::DigestIssue::KIND_NOTE,
          v1::DigestIssue::KIND_CONFIRMATION}) {
      Letter letter = MakeLetter(0, 1);
      letter.kind = kind;
      letter.matches = {Shown(paper), Shown(paper)};
      letter.board.papers.push_back(OnBoard(paper, 2, 1));
      letter.title = letter.asked = letter.address = letter.schedule = text;
      letter.server_name = letter.board.title = letter.board.window_text = text;
      letter.board.formula_text = letter.more_url = letter.manage_url = text;
      letter.confirm_url = letter.unsubscribe_url = text;
      letter.more = 1;
      letter.late.emplace_back().set_source(text);
      const LetterText mail = Write(letter);
      ExpectClean(mail.subject);
      EXPECT_EQ(mail.subject.find('\n'), std::string::npos);
      EXPECT_LE(Width(mail.subject), kSubjectColumns);
      ExpectClean(mail.text);
      ExpectClean(mail.html);
      ExpectBalanced(mail.html);
      EXPECT_EQ(Count(mail.html, "href=\""), Count(mail.html, "href=\"http"));
      EXPECT_EQ(Count(mail.html, "<script"), 0u);
      EXPECT_EQ(Count(mail.html, "<img"), 0u);
      EXPECT_LT(mail.html.size(), 40'000u);
      EXPECT_EQ(Count(mail.text, "\nBcc:"), 0u);
      for (const std::string& line : Lines(mail.text)) {
        EXPECT_TRUE(Width(line) <= kTextColumns ||
                    line.find("://") != std::string::npos)
            << line;
      }
    }
  }
}

TEST(LetterTest, IsolatesTitlesFromRightToLeft) {
  Letter letter = MakeLetter(1, 1);
  v1::Paper paper = MakePaper(1);
  paper.set_title("שלום 3D");
  letter.matches[0] = Shown(paper);
  letter.board.papers.clear();
  const LetterText mail = Write(letter);
  EXPECT_EQ(mail.subject, "Diffusion models: \u2068שלום 3D\u2069");
  EXPECT_THAT(mail.text, HasSubstr(" 1. \u2068שלום 3D\u2069\n"));
  EXPECT_THAT(mail.html, HasSubstr("<h3 dir=\"auto\""));
}

TEST(PaperWordsTest, NamesTheFirstAuthors) {
  v1::Paper paper;
  EXPECT_EQ(AuthorsText(paper), "");
  for (int i = 1; i <= 5; ++i) paper.add_authors()->set_name(StrCat("A", i));
  EXPECT_EQ(AuthorsText(paper), "A1, A2, A3, A4, A5");
  paper.add_authors()->set_name("A6");
  EXPECT_EQ(AuthorsText(paper), "A1, A2, A3, A4 and 2 more");
  paper.clear_authors();
  paper.add_authors()->set_name("P. Erd\\H{o}s");
  EXPECT_EQ(AuthorsText(paper), "P. Erdős");
}

TEST(PaperWordsTest, UndoesTexInTextAndLeavesFormulas) {
  v1::Paper paper;
  paper.set_title(R"(\textbf{Fast} {BERT} by G\"odel: $x_{i,j}$ and ~10\%)");
  EXPECT_EQ(PaperTitle(paper, Detail::kFull),
            "Fast BERT by Gödel: $x_{i,j}$ and ~10%");
  paper.set_title(R"(It costs $5 \emph{each})");
  EXPECT_EQ(PaperTitle(paper, Detail::kFull), R"(It costs $5 \emph{each})");
}

TEST(PaperWordsTest, FindsThePage) {
  v1::Paper paper;
  EXPECT_EQ(LinksOf(paper, Detail::kFull).page, "");
  const auto add_id = [&](const char* scheme, const char* value) {
    v1::ExternalId* id = paper.add_external_ids();
    id->set_scheme(scheme);
    id->set_value(value);
  };
  v1::Link* code = paper.add_links();
  code->set_kind(v1::Link::KIND_CODE);
  code->set_uri("https://example.org/code");
  EXPECT_EQ(LinksOf(paper, Detail::kFull).page, "https://example.org/code");
  EXPECT_TRUE(LinksOf(paper, Detail::kFull).others.empty());
  add_id("doi", "10.1016/S0140-6736(00)<2>;x");
  EXPECT_EQ(LinksOf(paper, Detail::kFull).page,
            "https://doi.org/10.1016/S0140-6736%2800%29%3C2%3E%3Bx");
  add_id("arxiv", "quant-ph/0201082");
  EXPECT_EQ(LinksOf(paper, Detail::kFull).page,
            "https://arxiv.org/abs/quant-ph/0201082");
  ASSERT_EQ(LinksOf(paper, Detail::kFull).others.size(), 1u);
  EXPECT_STREQ(LinksOf(paper, Detail::kFull).others[0].name, "Code");
  EXPECT_TRUE(LinksOf(paper, Detail::kTitles).others.empty());
}

TEST(PaperWordsTest, TellsDatesAsFarAsTheyAreKnown) {
  const auto facts = [&](v1::DatePrecision precision) {
    v1::Paper paper;
    paper.mutable_published_time()->set_seconds(1795737600);
    paper.set_published_precision(precision);
    return FactsText(Shown(paper), {});
  };
  EXPECT_EQ(facts(v1::DATE_PRECISION_DAY), "27 November 2026");
  EXPECT_EQ(facts(v1::DATE_PRECISION_MONTH), "November 2026");
  EXPECT_EQ(facts(v1::DATE_PRECISION_YEAR), "2026");
}

// To look at: with PAPERWIRE_LETTER_FOLDER=folder they stay there, for a
// browser or a mail client.
TEST(LetterTest, WritesOneOfEachKindToLookAt) {
  const char* wanted = std::getenv("PAPERWIRE_LETTER_FOLDER");
  const TempFolder temporary;
  const std::string folder = wanted != nullptr ? wanted : temporary.path();
  const auto write = [&](const std::string& name, const Letter& letter) {
    const LetterText mail = Write(letter);
    const std::string path = StrCat(folder, "/", name);
    std::ofstream(path + ".html") << mail.html;
    std::ofstream(path + ".txt") << mail.subject << "\n\n" << mail.text;
    ExpectGood(mail);
    EXPECT_EQ(std::filesystem::file_size(path + ".html"), mail.html.size());
  };
  Letter papers = MakeLetter(3, 3);
  papers.more = 17;
  papers.more_url = "https://papers.example.org/more";
  papers.late.emplace_back().set_source("arxiv");
  write("papers", papers);
  write("many", MakeLetter(100));
  Letter note = MakeLetter(0);
  note.kind = v1::DigestIssue::KIND_NOTE;
  write("note", note);
  Letter confirmation = MakeLetter(0);
  confirmation.kind = v1::DigestIssue::KIND_CONFIRMATION;
  confirmation.confirm_url = "https://papers.example.org/confirm";
  confirmation.confirm_until = absl::CivilDay(2026, 12, 4);
  write("confirmation", confirmation);
}

}  // namespace
}  // namespace paperwire::digest
