#include "service/digest/letter_html.h"

#include <algorithm>

#include "service/base/strings.h"
#include "service/digest/escape.h"
#include "service/digest/line.h"
#include "service/digest/phrases.h"

namespace paperwire::digest {
namespace {

// Classes are for dark mode and phones; what all clients need stands inline,
// and so the colours of light mode do. Contrasts are at least 4.5 to 1.
//   p  page   c  card   h  text   m  muted text   l  link   r  rule
constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no">
<meta name="x-apple-disable-message-reformatting">
<style>
:root{color-scheme:light dark;supported-color-schemes:light dark}
a{text-decoration:none}
a:hover{text-decoration:underline}
.i h3,.i p{text-align:start}
@media (max-width:480px){
.o{padding:0!important}
.i{padding-left:16px!important;padding-right:16px!important}
}
@media (prefers-color-scheme:dark){
.p{background-color:#0d1117!important}
.c{background-color:#161b22!important}
.h{color:#e6edf3!important}
.m{color:#9aa4af!important}
.l{color:#79b8ff!important}
.r{border-color:#30363d!important}
}
[data-ogsc] .h{color:#e6edf3!important}
[data-ogsc] .m{color:#9aa4af!important}
[data-ogsc] .l{color:#79b8ff!important}
</style>
<!--[if mso]>
<style>*{font-family:Arial,sans-serif!important}</style>
<![endif]-->
)";

#define PAPERWIRE_FONT                                           \
  "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial," \
  "sans-serif;"

constexpr int kPreheaderColumns = 140;
// Behind the preheader, so that clients do not fill up with what follows.
constexpr int kPreheaderFiller = 60;

class HtmlWriter {
 public:
  HtmlWriter(const Letter& letter, Detail detail)
      : letter_(letter), detail_(detail) {}

  std::string Run() && {
    WriteTop();
    switch (letter_.kind) {
      case v1::DigestIssue::KIND_CONFIRMATION:
        WriteConfirmation();
        break;
      case v1::DigestIssue::KIND_NOTE:
        WriteParagraph(NoteText(letter_));
        break;
      default:
        WriteMatches();
        WriteBoard();
    }
    WriteFoot();
    return std::move(html_);
  }

 private:
  template <typename... T>
  void Add(const T&... parts) {
    StrAppend(&html_, parts...);
  }

  // `text` came from outside: in its own direction of writing, and nothing in
  // it is markup.
  void AddForeign(std::string_view text) {
    Add("<bdi dir=\"auto\">", Escaped(text), "</bdi>");
  }

  // A row of the card. The caller closes it by kEndRow.
  void BeginRow(std::string_view padding, std::string_view classes = "",
                std::string_view style = "") {
    Add("<tr><td class=\"i", classes.empty() ? "" : " ", classes,
        "\" style=\"" PAPERWIRE_FONT "padding:", padding, ";", style, "\">\n");
  }
  static constexpr std::string_view kEndRow = "</td></tr>\n";

  std::string Preheader() const {
    switch (letter_.kind) {
      case v1::DigestIssue::KIND_CONFIRMATION:
        return "Nothing is sent before you confirm.";
      case v1::DigestIssue::KIND_NOTE:
        return NoteText(letter_);
      default:
        break;
    }
    std::string text;
    for (const auto* papers : {&letter_.matches, &letter_.board.papers}) {
      for (const LetterPaper& paper : *papers) {
        if (Width(text) >= kPreheaderColumns) break;
        StrAppend(&text, text.empty() ? "" : " · ",
                  PaperTitle(*paper.paper, Detail::kTitles));
      }
    }
    return Cut(text, kPreheaderColumns);
  }

  void WriteTop() {
    const std::string title = TitleText(letter_);
    Add(kHead, "<title>", Escaped(title), "</title>\n</head>\n");
    Add("<body class=\"p\" style=\"margin:0;padding:0;"
        "background-color:#f3f5f7;-webkit-text-size-adjust:100%\">\n");
    Add("<div style=\"display:none;max-height:0;overflow:hidden;"
        "mso-hide:all\">",
        Escaped(Preheader()));
    for (int i = 0; i < kPreheaderFiller; ++i) Add("&#847;&zwnj;&nbsp;");
    Add("</div>\n<table role=\"presentation\" class=\"p\" width=\"100%\" "
        "cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
        "style=\"background-color:#f3f5f7\">\n<tr><td class=\"o\" "
        "align=\"center\" style=\"padding:24px 12px\">\n"
        "<!--[if mso]><table role=\"presentation\" width=\"640\" "
        "cellpadding=\"0\" cellspacing=\"0\"><tr><td><![endif]-->\n"
        "<table role=\"presentation\" class=\"c\" width=\"100%\" "
        "cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
        "style=\"max-width:640px;background-color:#ffffff;"
        "border-radius:8px;text-align:left\">\n");
    BeginRow("28px 32px 4px");
    Add("<h1 class=\"h\" style=\"margin:0;font-size:24px;line-height:30px;"
        "color:#1f2328\">");
    AddForeign(title);
    Add("</h1>\n");
    if (letter_.kind != v1::DigestIssue::KIND_CONFIRMATION) {
      Add("<p class=\"m\" style=\"margin:4px 0 0;font-size:14px;"
          "line-height:20px;color:#59636e\">",
          WeekdayText(letter_.day), "</p>\n");
    }
    Add(kEndRow);
  }

  void WriteParagraph(std::string_view text) {
    BeginRow("12px 32px 0", "h",
             "font-size:16px;line-height:24px;color:#1f2328");
    AddForeign(text);
    Add("\n", kEndRow);
  }

  void WriteConfirmation() {
    for (const std::string& paragraph : BeforeConfirming(letter_)) {
      WriteParagraph(paragraph);
    }
    if (IsWebAddress(letter_.confirm_url)) {
      BeginRow("20px 32px 8px");
      Add("<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" "
          "border=\"0\"><tr><td bgcolor=\"#0a58ca\" style=\"" PAPERWIRE_FONT
          "border-radius:6px;background-color:#0a58ca\"><a href=\"",
          Escaped(letter_.confirm_url),
          "\" style=\"display:inline-block;padding:12px 24px;font-size:16px;"
          "line-height:20px;font-weight:bold;color:#ffffff;"
          "text-decoration:none\">Confirm</a></td></tr></table>\n",
          kEndRow);
    }
    for (const std::string& paragraph : AfterConfirming(letter_)) {
      WriteParagraph(paragraph);
    }
  }

  void WriteHeading(std::string_view heading) {
    BeginRow("24px 32px 0");
    Add("<h2 class=\"h\" style=\"margin:0;font-size:18px;line-height:24px;"
        "color:#1f2328\">");
    AddForeign(heading);
    Add("</h2>\n", kEndRow);
  }

  void WriteLink(std::string_view name, const std::string& uri) {
    Add("<a class=\"l\" href=\"", Escaped(uri), "\" style=\"color:#0a58ca\">",
        name, "</a>");
  }

  void WritePaper(const LetterPaper& paper) {
    const PaperLinks links = LinksOf(*paper.paper, detail_);
    BeginRow("14px 32px");
    // The direction is that of the block, so that it is aligned as it is
    // written; the digits of a rank do not count.
    Add("<h3 dir=\"auto\" class=\"h\" style=\"margin:0;font-size:16px;"
        "line-height:22px;color:#1f2328\">");
    if (paper.rank > 0) Add(paper.rank, ".&nbsp;");
    const std::string title = Escaped(PaperTitle(*paper.paper, detail_));
    if (links.page.empty()) {
      Add(title);
    } else {
      WriteLink(title, links.page);
    }
    Add("</h3>\n");
    for (const std::string& line : LinesOf(paper, letter_.board, detail_)) {
      Add("<p class=\"m\" style=\"margin:2px 0 0;font-size:13px;"
          "line-height:19px;color:#59636e\">",
          Escaped(line), "</p>\n");
    }
    const std::string excerpt = ExcerptText(*paper.paper, detail_);
    if (!excerpt.empty()) {
      Add("<p dir=\"auto\" class=\"h\" style=\"margin:6px 0 0;"
          "font-size:14px;line-height:21px;color:#1f2328\">",
          Escaped(excerpt), "</p>\n");
    }
    if (!links.others.empty()) {
      Add("<p style=\"margin:6px 0 0;font-size:13px;line-height:19px\">");
      for (size_t i = 0; i < links.others.size(); ++i) {
        if (i > 0) Add(" &nbsp; ");
        WriteLink(links.others[i].name, links.others[i].uri);
      }
      Add("</p>\n");
    }
    Add(kEndRow);
  }

  void WriteMatches() {
    if (MatchCount(letter_) == 0) return;
    WriteHeading(MatchesHeading(letter_));
    for (const LetterPaper& paper : letter_.matches) WritePaper(paper);
    if (letter_.more == 0) return;
    BeginRow("4px 32px 0", "m",
             "font-size:14px;line-height:20px;color:#59636e");
    if (IsWebAddress(letter_.more_url)) {
      WriteLink(MoreText(letter_), letter_.more_url);
    } else {
      Add(MoreText(letter_));
    }
    Add("\n", kEndRow);
  }

  void WriteBoard() {
    if (letter_.board.papers.empty()) return;
    WriteHeading(BoardHeading(letter_));
    for (const LetterPaper& paper : letter_.board.papers) WritePaper(paper);
  }

  void WriteFoot() {
    BeginRow("24px 32px 0");
    Add("<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" "
        "cellspacing=\"0\" border=\"0\"><tr><td class=\"r\" "
        "style=\"border-top:1px solid #d1d9e0;font-size:1px;line-height:1px\">"
        "&nbsp;</td></tr></table>\n",
        kEndRow);
    BeginRow("12px 32px 28px", "m",
             "font-size:13px;line-height:19px;color:#59636e");
    for (const std::string& note : Footnotes(letter_)) {
      Add("<p style=\"margin:0 0 8px\">", Escaped(note), "</p>\n");
    }
    bool any = false;
    const auto add_link = [&](std::string_view name, const std::string& uri) {
      if (!IsWebAddress(uri)) return;
      Add(any ? " &nbsp; " : "<p style=\"margin:0 0 8px\">");
      WriteLink(name, uri);
      any = true;
    };
    add_link("Change or pause it", letter_.manage_url);
    add_link("Unsubscribe", letter_.unsubscribe_url);
    if (any) Add("</p>\n");
    Add("<p style=\"margin:0\">Sent by Paperwire at ",
        Escaped(ServerText(letter_)), "</p>\n", kEndRow,
        "</table>\n<!--[if mso]></td></tr></table><![endif]-->\n"
        "</td></tr>\n</table>\n</body>\n</html>\n");
  }

  const Letter& letter_;
  const Detail detail_;
  std::string html_;
};

#undef PAPERWIRE_FONT

}  // namespace

std::string WriteHtml(const Letter& letter, Detail detail) {
  return HtmlWriter(letter, detail).Run();
}

}  // namespace paperwire::digest
