#include "service/http/digest_html.h"

#include <initializer_list>
#include <utility>

#include "absl/time/time.h"
#include "service/base/strings.h"
#include "service/digest/schedule.h"
#include "service/digest/settings.h"
#include "service/http/xml.h"

namespace paperwire::http {
namespace {

using v1::DigestSchedule;

constexpr char kStyle[] =
    ":root{color-scheme:light dark}"
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;"
    "padding:0 1rem}"
    "h1{font-size:1.3rem}dt{font-weight:600}dd{margin:0 0 .5rem}"
    "label{display:block;margin:.7rem 0 .2rem}"
    "input,select{font:inherit;padding:.3rem;max-width:100%}"
    "button{font:inherit;padding:.5rem 1.2rem;margin:1rem .5rem 0 0}"
    "small{opacity:.75}";

// A choice of words, one of which is taken.
std::string Select(
    std::string_view name, int chosen,
    std::initializer_list<std::pair<int, std::string_view>> options) {
  std::string html = StrCat("<select name=\"", name, "\" id=\"", name, "\">");
  for (const auto& [value, label] : options) {
    StrAppend(&html, "<option value=\"", value, "\"",
              value == chosen ? " selected" : "", ">", label, "</option>");
  }
  return html + "</select>";
}

std::string Input(std::string_view name, std::string_view value,
                  std::string_view more) {
  return StrCat("<input name=\"", name, "\" id=\"", name, "\" value=\"",
                Escape(value), "\" ", more, ">");
}

std::string Label(std::string_view name, std::string_view text) {
  return StrCat("<label for=\"", name, "\">", text, "</label>");
}

std::string Term(std::string_view name, std::string_view text) {
  return StrCat("<dt>", name, "</dt><dd dir=\"auto\">", Escape(text), "</dd>");
}

}  // namespace

std::string Page(std::string_view title, std::string_view body) {
  return StrCat(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n"
      "<meta name=\"robots\" content=\"noindex\">\n<title>",
      Escape(title), "</title>\n<style>", kStyle, "</style>\n<h1>",
      Escape(title), "</h1>\n", body, "\n</html>\n");
}

std::string Paragraph(std::string_view text) {
  return StrCat("<p dir=\"auto\">", Escape(text), "</p>\n");
}

std::string Describe(const v1::Digest& digest) {
  std::string html = "<dl>";
  html += Term("Papers by email", digest::TitleOf(digest));
  html += Term("What is in it", digest::AskedText(digest));
  const absl::StatusOr<digest::Schedule> schedule =
      digest::ParseSchedule(digest.schedule());
  if (schedule.ok()) {
    html += Term("When it comes", digest::ScheduleText(*schedule));
    if (digest.has_next_send_time()) {
      html += Term("Next",
                   absl::FormatTime(
                       "%A, %e %B %Y, %H:%M",
                       absl::FromUnixSeconds(digest.next_send_time().seconds()),
                       schedule->zone));
    }
  }
  html += Term("Where it goes", digest.address());
  return html + "</dl>\n";
}

std::string Button(std::string_view label) {
  return StrCat("<form method=\"post\"><button>", Escape(label),
                "</button></form>\n");
}

std::string ListOf(
    const std::vector<std::shared_ptr<const v1::Paper>>& papers) {
  std::string html = "<ol>\n";
  for (const auto& paper : papers) {
    std::string_view uri;
    for (const v1::Link& link : paper->links()) {
      if (link.kind() == v1::Link::KIND_ABSTRACT_PAGE) uri = link.uri();
    }
    const std::string title = Escape(paper->title());
    if (uri.starts_with("https://") || uri.starts_with("http://")) {
      StrAppend(&html, "<li dir=\"auto\"><a href=\"", Escape(uri), "\">", title,
                "</a>");
    } else {
      StrAppend(&html, "<li dir=\"auto\">", title);
    }
    if (paper->authors_size() > 0) {
      StrAppend(&html, "<br><small>", Escape(paper->authors(0).name()),
                paper->authors_size() > 1 ? " and others" : "", "</small>");
    }
    html += "\n";
  }
  return html + "</ol>\n";
}

std::string SettingsForm(const v1::Digest& digest) {
  const DigestSchedule& schedule = digest.schedule();
  const bool paused = digest.state() == v1::Digest::STATE_PAUSED;
  std::string html = "<form method=\"post\">\n";
  html += Label("frequency", "How often");
  html += Select("frequency",
                 schedule.frequency() == DigestSchedule::FREQUENCY_UNSPECIFIED
                     ? DigestSchedule::FREQUENCY_DAILY
                     : schedule.frequency(),
                 {{DigestSchedule::FREQUENCY_DAILY, "Every day"},
                  {DigestSchedule::FREQUENCY_WEEKDAYS, "Monday to Friday"},
                  {DigestSchedule::FREQUENCY_WEEKLY, "Once a week"}});
  html += Label("weekday", "The day, if once a week");
  html += Select("weekday", schedule.weekday() == 0 ? 1 : schedule.weekday(),
                 {{1, "Monday"},
                  {2, "Tuesday"},
                  {3, "Wednesday"},
                  {4, "Thursday"},
                  {5, "Friday"},
                  {6, "Saturday"},
                  {7, "Sunday"}});
  html += Label("time_of_day", "At");
  html +=
      Input("time_of_day",
            schedule.time_of_day().empty() ? "08:00" : schedule.time_of_day(),
            "type=\"time\" required");
  html += Label("time_zone", "In the time zone");
  html += Input("time_zone",
                schedule.time_zone().empty() ? "UTC" : schedule.time_zone(),
                "required maxlength=\"64\"");
  html += Label("max_papers", "Papers at the most");
  html += Input("max_papers", StrCat(digest::MaxPapers(digest)),
                "type=\"number\" min=\"1\" max=\"100\" required");
  StrAppend(&html,
            "<label><input type=\"checkbox\" name=\"monthly_note\" value=\"1\"",
            digest.monthly_note() ? " checked" : "",
            "> Tell me once a month when there was nothing</label>\n"
            "<button name=\"action\" value=\"save\">Save</button>"
            "<button name=\"action\" value=\"",
            paused ? "resume" : "pause", "\">",
            paused ? "Send it again" : "Pause it", "</button>\n</form>\n");
  return html;
}

}  // namespace paperwire::http
