#include "commands/verify_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <persist/release_line.hpp>

#include "commands/target.hpp"
#include "output/bytes.hpp"
#include "output/table.hpp"
#include "output/time.hpp"

namespace persist::app {
namespace {

Colour colour_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::clean:
      return Colour::green;
    case Verdict::torn_tail:
      return Colour::yellow;
    case Verdict::damaged:
      return Colour::red;
  }
  return Colour::plain;
}

Colour colour_of(Severity severity) {
  switch (severity) {
    case Severity::info:
      return Colour::dim;
    case Severity::warning:
      return Colour::yellow;
    case Severity::error:
      return Colour::red;
  }
  return Colour::plain;
}

std::string contents_text(const FileReport& file) {
  if (file.kind == FileKind::snapshot) return count_text(file.records, "version");
  return count_text(file.commits, "commit") + ", " + count_text(file.records, "record");
}

// Nothing of a finding that is about no byte: about the file as a whole, or what lies beside it.
std::string place_text(const Finding& finding) {
  if (finding.length == 0 && finding.offset == 0) return {};
  if (finding.length == 0) return fmt::format(", at byte {}", finding.offset);
  return fmt::format(", bytes {} to {} ({})", finding.offset, finding.offset + finding.length - 1,
                     size_text(finding.length));
}

std::string findings_text(const VerifyReport& report, bool colour) {
  std::string text;
  for (const FileReport& file : report.files) {
    for (const Finding& finding : file.findings) {
      text += "  " + coloured(name_of(finding.severity), colour_of(finding.severity), colour);
      text += fmt::format(" {} in the {}{}:\n      {}\n", finding.code, name_of(file.kind),
                          place_text(finding), on_one_line(finding.message));
    }
  }
  return text.empty() ? text : "\nfindings\n" + text;
}

std::string engine_text(const EngineForecast& engine) {
  if (!engine.opens) return "refuses: " + engine.error;
  std::string text = "opens";
  if (engine.commits_lost > 0) text += ", loses " + count_text(engine.commits_lost, "commit");
  if (engine.bytes_cut > 0) text += ", cuts " + size_text(engine.bytes_cut) + " off the log";
  return text;
}

std::string engines_text(const VerifyReport& report, bool colour) {
  if (!report.engines) return {};
  Table table({Align::left, Align::left});
  for (const EngineForecast& engine : *report.engines) {
    const bool harmless = engine.opens && engine.commits_lost == 0;
    table.add({std::string(name_of(engine.line)),
               coloured(engine_text(engine), harmless ? Colour::plain : Colour::yellow, colour)});
  }
  return "\nstarting an engine on these files\n" + table.to_string("  ");
}

bool is_newer(const VerifyReport& report) {
  for (const FileReport& file : report.files) {
    for (const Finding& finding : file.findings) {
      if (finding.code == name_of(DamageCode::newer_format)) return true;
    }
  }
  return false;
}

std::string advice_text(const Verified& verified) {
  if (verified.report.verdict == Verdict::clean || verified.target == "-") return {};
  if (is_newer(verified.report)) return "\nA newer release of this program may know the format.\n";
  return "\n'persist repair " + path_for_people(verified.target) +
         "' shows what can be brought back.\n";
}

}  // namespace

std::string layout_text(const FileReport& file) {
  std::string text;
  for (const PartFormat format : file.formats) {
    (text += text.empty() ? "" : " then ") += name_of(format);
  }
  if (text.empty()) text = "empty";
  return file.compression == Compression::lz4 ? text + ", lz4" : text;
}

std::string files_text(std::span<const FileReport> files) {
  Table table({Align::left, Align::left, Align::left, Align::right, Align::left, Align::left});
  for (const FileReport& file : files) {
    table.add({std::string(name_of(file.kind)), path_for_people(file.path), layout_text(file),
               size_text(file.bytes), contents_text(file),
               version_range_text(file.min_version, file.max_version)});
  }
  return table.to_string("  ");
}

std::string version_range_text(Version least, Version greatest) {
  if (greatest == 0) return "no versions";
  if (is_clock_version(least) && is_clock_version(greatest)) {
    return rfc3339(least).substr(0, 19) + "Z to " + rfc3339(greatest).substr(0, 19) + "Z";
  }
  return least == greatest ? fmt::format("version {}", least)
                           : fmt::format("versions {} to {}", least, greatest);
}

Json verify_json(const Verified& verified) {
  if (!verified.error) {
    Json object = json::verify_json(verified.target, verified.report);
    object["seconds"] = verified.seconds;
    return object;
  }
  Json object = json_report("verify");
  set_path(object, "target", verified.target);
  object["error"] = verified.error->to_string();
  return object;
}

std::string verify_line(const Verified& verified, bool colour) {
  if (verified.error) {
    return path_for_people(verified.target) + ": " + coloured("not verified", Colour::red, colour) +
           "\n";
  }
  std::uint64_t bytes = 0;
  std::uint64_t errors = 0;
  for (const FileReport& file : verified.report.files) {
    bytes += file.bytes;
    for (const Finding& finding : file.findings)
      errors += finding.severity == Severity::error ? 1 : 0;
  }
  const Verdict verdict = verified.report.verdict;
  std::string text = path_for_people(verified.target) + ": " +
                     coloured(name_of(verdict), colour_of(verdict), colour) + ", " +
                     size_text(bytes);
  if (errors > 0) text += ", " + count_text(errors, "error");
  if (verified.report.live) text += ", live";
  return text + "\n";
}

std::string verify_text(const Verified& verified, const std::string& maps, bool colour) {
  const VerifyReport& report = verified.report;
  std::string text = path_for_people(verified.target) + ": ";
  text += coloured(name_of(report.verdict), colour_of(report.verdict), colour);
  if (report.live) text.append(" (").append(live_text) += ")";
  text += "\n" + files_text(report.files) + maps + findings_text(report, colour) +
          engines_text(report, colour);
  return text + advice_text(verified);
}

}  // namespace persist::app
