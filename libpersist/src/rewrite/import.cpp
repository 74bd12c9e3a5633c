#include <algorithm>
#include <persist/import.hpp>

#include "rewrite/new_database.hpp"
#include "store/record_sorter.hpp"

namespace persist {

using rewrite::KeySource;

struct Importer::State {
  State(FileSystem& file_system, const DatabaseFiles& to, const ImportOptions& import_options)
      : files(file_system),
        output(to),
        options(import_options),
        sorter(file_system, {import_options.max_memory_bytes / 2, import_options.temp_dir,
                             store::Keep::all_versions, import_options.should_stop}) {}

  FileSystem& files;
  DatabaseFiles output;
  ImportOptions options;
  store::RecordSorter sorter;
  std::string key;
  Version version = 0;  // of the last row; 0: there was none
};

Importer::Importer(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Importer::Importer(Importer&&) noexcept = default;
Importer& Importer::operator=(Importer&&) noexcept = default;
Importer::~Importer() = default;

Result<Importer> Importer::create(FileSystem& files, const DatabaseFiles& output,
                                  const ImportOptions& options) {
  PERSIST_TRY(check_new_database(files, output));
  return Importer(std::make_unique<State>(files, output, options));
}

Result<> Importer::add(ByteView key, const VersionedValue& version) {
  State& state = *state_;
  const auto refuse = [](const char* what) {
    return fail(ErrorCode::damaged, {}, std::string(what),
                "the dump was altered; nothing was written");
  };
  if (version.version == 0) return refuse("a row has version 0, which no commit ever has");
  if (state.version != 0 && key < state.key) return refuse("the rows' keys do not ascend");
  if (state.version != 0 && key == state.key && version.version <= state.version) {
    return refuse("the versions of a key do not ascend");
  }
  state.key.assign(key);
  state.version = version.version;
  return state.sorter.add({key, version.version, version.value});
}

namespace {

// What of the rows is written, and how.
Result<> arrange(rewrite::Content& content, rewrite::Survey& surveyed,
                 const ImportOptions& options) {
  const bool drops_history =
      options.as == ImportAs::snapshot && !snapshot_holds_history(options.to);
  const Version clock = std::max(options.clock, surveyed.digest.max_version);
  if (drops_history) {
    content.keys = rewrite::newest_only(std::move(content.keys));
    PERSIST_TRY_ASSIGN(surveyed, rewrite::survey(content.keys));
  }
  content.most_bytes = surveyed.most_bytes;
  content.digest = surveyed.digest;
  const Version boundary = options.as == ImportAs::log ? 0 : clock;
  content.layout = rewrite::spread(options.to, surveyed, boundary, clock);
  if (!rewrite::must_renumber(options.to, clock, options.now_ns)) return {};
  if (options.as == ImportAs::snapshot) {
    return fail(ErrorCode::unsupported, {},
                "line " + std::string(name_of(options.to)) + " does not take version " +
                    std::to_string(clock) + ", and only a log can number the commits anew",
                "import it as a log; nothing was written");
  }
  renumber(content.layout);
  return {};
}

}  // namespace

Result<RewriteReport> Importer::finish(const std::string& fingerprint) {
  State& state = *state_;
  PERSIST_TRY_ASSIGN(store::SortedRecords sorted, state.sorter.finish());
  std::optional<store::SortedRecords> rows(std::move(sorted));
  rewrite::Content content;
  content.keys = [&](const persist::State::Visitor& visit) { return rows->for_each({}, visit); };
  PERSIST_TRY_ASSIGN(rewrite::Survey surveyed, rewrite::survey(content.keys));
  const rewrite::Digest all = surveyed.digest;
  if (all.fingerprint != fingerprint) {
    return fail(
        ErrorCode::mismatch, {},
        "the rows' fingerprint is " + all.fingerprint + ", but the dump ends with " + fingerprint,
        "the dump was altered; nothing was written");
  }
  PERSIST_TRY(arrange(content, surveyed, state.options));
  RewriteReport report;
  report.fingerprint = all.fingerprint;
  report.live_keys = all.live_keys;
  report.versions = surveyed.digest.versions;
  report.versions_left_out = all.versions - surveyed.digest.versions;
  return write_new_database(
      state.files, state.output, content, [&] { rows.reset(); }, state.options, std::move(report));
}

}  // namespace persist
