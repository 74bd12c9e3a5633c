#include "inspect/file_reports.hpp"

namespace persist {
namespace {

PartFormat part_of(LogFormat format) {
  switch (format) {
    case LogFormat::legacy:
      return PartFormat::legacy;
    case LogFormat::framed_1:
      return PartFormat::framed_1;
    case LogFormat::framed_2:
      return PartFormat::framed_2;
  }
  return PartFormat::legacy;
}

}  // namespace

FileReport report_of(const std::string& path, const LogSummary& summary) {
  FileReport report;
  report.path = path;
  report.kind = FileKind::log;
  for (const LogFormat format : summary.formats) report.formats.push_back(part_of(format));
  report.bytes = summary.size_bytes;
  report.commits = summary.commits;
  report.records = summary.records;
  report.first_version = summary.first_version;
  report.last_version = summary.last_version;
  report.min_version = summary.min_version;
  report.max_version = summary.max_version;
  report.checksummed_bytes = summary.checksummed_bytes;
  return report;
}

FileReport report_of(const std::string& path, const SnapshotSummary& summary) {
  FileReport report;
  report.path = path;
  report.kind = FileKind::snapshot;
  if (summary.size_bytes > 0) {
    report.formats.push_back(summary.is_headed ? PartFormat::headed : PartFormat::bare);
  }
  report.compression = summary.compression;
  report.bytes = summary.size_bytes;
  report.records = summary.versions;
  report.first_version = report.min_version = summary.min_version;
  report.last_version = report.max_version = summary.max_version;
  report.checksummed_bytes = summary.checksummed_bytes;
  report.covered = summary.covered;
  return report;
}

}  // namespace persist
