#include "rewrite/proof.hpp"

#include <algorithm>
#include <filesystem>

#include "inspect/forecast_sound.hpp"
#include "rewrite/source.hpp"

namespace persist::rewrite {
namespace {

Result<Digest> digest_of(const State& state, const std::optional<std::string>& clock_key) {
  DigestBuilder digest;
  PERSIST_TRY(state.for_each([&](const KeyState& key) {
    const bool is_for_the_clock = clock_key && key.key == *clock_key;
    if (!is_for_the_clock) digest.add(key.key, key.versions);
    return true;
  }));
  return digest.finish();
}

std::optional<std::string> difference(const Digest& expected, const Digest& found,
                                      const Expectation& expectation) {
  if (found.fingerprint != expected.fingerprint) {
    return "its fingerprint is " + found.fingerprint + " instead of " + expected.fingerprint;
  }
  if (found.versions != expected.versions) {
    return "it holds " + std::to_string(found.versions) + " versions instead of " +
           std::to_string(expected.versions);
  }
  if (!expectation.renumbered && found.history != expected.history) {
    return "its versions are not those of the source";
  }
  return std::nullopt;
}

// Why the engine of the line would refuse the files, whatever is in them.
std::optional<std::string> refusal_of(ReleaseLine line, const StateSummary& summary) {
  const Forecast forecast = forecast_of_sound_files(summary.log, summary.snapshot, 0);
  const EngineForecast& engine = forecast[static_cast<std::size_t>(line)];
  if (!engine.opens) return "its engine would refuse it: " + engine.error;
  if (summary.snapshot && summary.snapshot->looks_like_lz4) {
    return "its engine would take the snapshot for LZ4";
  }
  return std::nullopt;
}

std::optional<std::string> what_is_wrong(const Source& source, const Digest& found,
                                         const Expectation& expected) {
  const StateSummary& summary = source.state.summary();
  if (source.torn_tail) return "its log ends in a torn write: " + source.torn_tail->message;
  if (summary.max_version < expected.clock) {
    return "its greatest version is " + std::to_string(summary.max_version) + " instead of " +
           std::to_string(expected.clock);
  }
  if (const auto differs = difference(expected.digest, found, expected)) return differs;
  return expected.line ? refusal_of(*expected.line, summary) : std::nullopt;
}

}  // namespace

Result<> prove(FileSystem& files, const SourceFiles& fresh, const Expectation& expected,
               const RewriteOptions& options) {
  SourceOptions source_options;
  source_options.history = expected.history;
  source_options.max_memory_bytes = options.max_memory_bytes;
  auto source = load_source(files, fresh, source_options, options);
  if (!source) {
    if (source.error().code == ErrorCode::damaged) source.error().code = ErrorCode::mismatch;
    return std::unexpected(std::move(source).error());
  }
  PERSIST_TRY_ASSIGN(const Digest found, digest_of(source->state, expected.clock_key));
  const auto wrong = what_is_wrong(*source, found, expected);
  if (!wrong) return {};
  return fail(ErrorCode::mismatch, {},
              "what was written does not read back as it should: " + *wrong);
}

Result<> check_space(FileSystem& files, const std::string& target, std::uint64_t needed_bytes) {
  PERSIST_TRY_ASSIGN(const std::string path, files.resolve(target));
  const std::string parent = std::filesystem::path(path).parent_path().string();
  const std::string directory = parent.empty() ? "." : parent;
  PERSIST_TRY_ASSIGN(const std::uint64_t free, files.free_bytes(directory));
  if (free >= needed_bytes) return {};
  return fail(ErrorCode::no_space, directory,
              "the new file needs " + std::to_string(needed_bytes) +
                  " bytes beside the old one, and " + std::to_string(free) + " are free",
              "make room there; nothing was changed");
}

}  // namespace persist::rewrite
