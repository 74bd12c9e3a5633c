// The result of `persist verify` for Prometheus' textfile collector.
#include <fmt/format.h>

#include <persist/release_line.hpp>

#include "commands/verify_report.hpp"
#include "output/time.hpp"

namespace persist::app {
namespace {

std::string escaped(std::string_view label) {
  std::string text;
  for (const char c : label) {
    if (c == '\\' || c == '"') text += '\\';
    text += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return text;
}

// One metric: its help, its type, and a line for each target.
class Metric {
 public:
  Metric(std::string_view name, std::string_view help) : name_(name) {
    text_ = fmt::format("# HELP {} {}\n# TYPE {} gauge\n", name, help, name);
  }
  template <class T>
  Metric& add(const Verified& verified, T value, std::string_view more_labels = {}) {
    text_ += fmt::format("{}{{target=\"{}\"{}}} {}\n", name_, escaped(verified.target), more_labels,
                         value);
    return *this;
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string name_;
  std::string text_;
};

template <class ValueOf>
std::string metric(std::string_view name, std::string_view help, std::span<const Verified> all,
                   const ValueOf& value_of) {
  Metric result(name, help);
  for (const Verified& verified : all) {
    if (!verified.error) result.add(verified, value_of(verified.report));
  }
  return result.text();
}

template <class Member>
std::uint64_t sum(const VerifyReport& report, Member member) {
  std::uint64_t total = 0;
  for (const FileReport& file : report.files) total += file.*member;
  return total;
}

std::string findings_metric(std::span<const Verified> all) {
  Metric result("persist_verify_findings", "Findings by severity.");
  for (const Verified& verified : all) {
    if (verified.error) continue;
    for (const Severity severity : {Severity::info, Severity::warning, Severity::error}) {
      std::uint64_t count = 0;
      for (const FileReport& file : verified.report.files) {
        for (const Finding& finding : file.findings) count += finding.severity == severity ? 1 : 0;
      }
      result.add(verified, count, fmt::format(",severity=\"{}\"", name_of(severity)));
    }
  }
  return result.text();
}

// Only where versions are times: a counter does not tell when the last commit was.
std::string age_metric(std::span<const Verified> all, std::uint64_t now) {
  Metric result("persist_verify_last_commit_age_seconds",
                "Age of the last commit, where versions are times.");
  for (const Verified& verified : all) {
    Version last = 0;
    for (const FileReport& file : verified.report.files) last = std::max(last, file.max_version);
    if (!is_clock_version(last)) continue;
    const double age = (static_cast<double>(now) - static_cast<double>(last)) / 1e9;
    result.add(verified, fmt::format("{:.3f}", age));
  }
  return result.text();
}

}  // namespace

std::string verify_metrics(std::span<const Verified> all) {
  const std::uint64_t now = now_ns();
  Metric status("persist_verify_exit_status",
                "Exit status: 0 clean, 1 torn tail, 2 damaged, others could not be verified.");
  Metric seconds("persist_verify_duration_seconds", "How long the check took.");
  for (const Verified& verified : all) {
    status.add(verified, verified.status);
    seconds.add(verified, fmt::format("{:.6f}", verified.seconds));
  }
  std::string text = status.text() + seconds.text();
  text += metric("persist_verify_bytes", "Bytes of log and snapshot.", all,
                 [](const VerifyReport& report) { return sum(report, &FileReport::bytes); });
  text += metric("persist_verify_commits", "Whole commits in the log.", all,
                 [](const VerifyReport& report) { return sum(report, &FileReport::commits); });
  text +=
      metric("persist_verify_records", "Records of those commits, and versions in the snapshot.",
             all, [](const VerifyReport& report) { return sum(report, &FileReport::records); });
  text += findings_metric(all) + age_metric(all, now);
  text +=
      "# HELP persist_verify_timestamp_seconds When the check ended.\n"
      "# TYPE persist_verify_timestamp_seconds gauge\n";
  return text +
         fmt::format("persist_verify_timestamp_seconds {:.3f}\n", static_cast<double>(now) / 1e9);
}

}  // namespace persist::app
