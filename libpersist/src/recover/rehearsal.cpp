#include "recover/rehearsal.hpp"

#include "recover/clean_read.hpp"
#include "recover/log_rewrite.hpp"
#include "recover/planned_file.hpp"
#include "recover/spliced_file.hpp"

namespace persist::recover {
namespace {

Result<bool> is_clean(File& log) {
  PERSIST_TRY_ASSIGN(const auto records, count_clean_records(log));
  return records.has_value();
}

// The whole new log, in a file without a name.
Result<bool> is_clean_when_written(FileSystem& files, File& log, const Survey& survey,
                                   const RepairOptions& options) {
  PERSIST_TRY_ASSIGN(const auto scratch, files.create_temporary(options.temp_dir));
  std::uint64_t size_bytes = 0;
  std::string buffer;
  const auto flush = [&]() -> Result<> {
    PERSIST_TRY(scratch->write_at(size_bytes, buffer));
    size_bytes += buffer.size();
    buffer.clear();
    return {};
  };
  constexpr std::size_t flush_at_bytes = std::size_t{1} << 20U;
  File* const source = &log;
  PERSIST_TRY(rewrite_log(std::span(&source, 1), *survey.log, survey.rules, options,
                          [&](ByteView bytes) -> Result<> {
                            buffer += bytes;
                            return buffer.size() < flush_at_bytes ? Result<>{} : flush();
                          }));
  PERSIST_TRY(flush());
  return is_clean(*scratch);
}

}  // namespace

Result<bool> will_be_clean(FileSystem& files, const RepairPlan& plan,
                           const RepairOptions& options) {
  const Survey& survey = *plan.survey;
  if (plan.uncertain_commits() == 0 || !survey.adopted.empty()) return true;
  PERSIST_TRY_ASSIGN(const auto log, open_planned(files, plan.log));
  // What follows a legacy part counts in its reading.
  if (late_commits(*survey.log).empty() && !survey.log->summary.header_offset) {
    SplicedFile kept(*log, survey.log->kept_legacy);
    return is_clean(kept);
  }
  auto clean = is_clean_when_written(files, *log, survey, options);
  if (!clean && clean.error().code == ErrorCode::no_space) return true;
  return clean;
}

}  // namespace persist::recover
