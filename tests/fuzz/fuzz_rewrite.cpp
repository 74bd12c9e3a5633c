// The commands that write a database anew: the result is sound and holds the same rows, and a
// command that refuses changes nothing.
#include <persist/compact.hpp>
#include <persist/convert.hpp>
#include <persist/formats/log_header.hpp>
#include <persist/replay.hpp>
#include <persist/snapshot.hpp>
#include <persist/verify.hpp>

#include "fuzz/database.hpp"

using namespace persist;
using namespace persist::fuzz;

namespace {

constexpr unsigned operations = 6;

class Rewriting {
 public:
  Rewriting(simulation::MemoryFileSystem& files, std::uint8_t choices)
      : files_(files),
        choices_(choices),
        log_(open("/db/aol.bin")),
        snapshot_(open("/db/snapshot.bin")) {}

  Result<RewriteReport> run() {
    const SourceFiles source{.log = log_.get(), .snapshot = snapshot_.get(), .log_end_offset = {}};
    switch (choices_ % operations) {
      case 0:
        return compact(files_, database_at("/db"), options<CompactOptions>());
      case 1:
        return take_snapshot(files_, database_at("/db"), options<RewriteOptions>());
      case 2:
        return convert(files_, source, database_at("/new"), converted());
      case 3:
        return convert_in_place(files_, database_at("/db"), converted(),
                                [](const RewriteReport&) { return std::string("{}"); });
      case 4:
        return replay(files_, source, database_at("/new"), options<ReplayOptions>());
      default: {
        auto log_only = options<CompactOptions>();
        log_only.log_only = true;
        return compact(files_, database_at("/db"), log_only);
      }
    }
  }
  [[nodiscard]] std::string result() const {
    return choices_ % operations == 2 || choices_ % operations == 4 ? "/new" : "/db";
  }

 private:
  std::unique_ptr<File> open(const std::string& path) {
    auto file = files_.open(path, OpenMode::read);
    return file ? *std::move(file) : nullptr;
  }
  template <class Options>
  [[nodiscard]] Options options() const {
    Options options;
    options.compression = (choices_ & 64U) != 0 ? Compression::none : Compression::lz4;
    options.max_memory_bytes = max_memory_bytes;
    return options;
  }
  [[nodiscard]] ConvertOptions converted() const {
    auto options = this->options<ConvertOptions>();
    options.to = all_release_lines[choices_ / operations % all_release_lines.size()];
    options.now_ns = now_ns;
    return options;
  }

  simulation::MemoryFileSystem& files_;
  std::uint8_t choices_;
  std::unique_ptr<File> log_;
  std::unique_ptr<File> snapshot_;
};

bool may_refuse(ErrorCode code) {
  switch (code) {
    case ErrorCode::damaged:
    case ErrorCode::newer_format:
    case ErrorCode::unsupported:
    case ErrorCode::limit:
      return true;
    default:
      return false;
  }
}

// What legacy records look like depends on what is around them: now and then a log that was written
// anew does not look sound. It is set aside, under a name that the error gives, and nothing else.
bool is_set_aside_for_its_looks(simulation::MemoryFileSystem& files, const Error& error) {
  if (error.code != ErrorCode::mismatch) return false;
  bool has_legacy_log = false;
  const simulation::Image image = files.image();
  for (const auto& [path, inode] : image.names) {
    if (!path.ends_with(".rejected")) continue;
    const std::string& bytes = image.files[inode];
    const bool is_log = path.ends_with("aol.bin.rejected");
    has_legacy_log |= is_log && !bytes.empty() && bytes.front() != formats::header_first_byte;
    must(files.remove(path), "what was set aside is removed");
  }
  if (image.directories.contains("/new")) {
    must(files.remove_directory("/new"), "nothing else was written");
  }
  return has_legacy_log;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const DatabaseInput input = split(view_of(data, size));
  if (input.log.empty() && input.snapshot.empty()) return 0;
  simulation::MemoryFileSystem files(image_of(input));
  const std::uint64_t image = files.image().hash();
  const auto before = load(files, "/db");
  Rewriting rewriting(files, input.choices);
  const auto report = rewriting.run();
  if (!report) {
    require(may_refuse(report.error().code) || is_set_aside_for_its_looks(files, report.error()),
            report.error(), "only files that are at fault are refused");
    require(files.image().hash() == image, "what is refused stays as it is");
    return 0;
  }
  require(before.has_value(), "what is written was loaded");
  if (report->unwritten != Unwritten::none) return 0;
  const State after = must(load(files, rewriting.result()), "the result loads");
  require(!after.summary().was_damaged, "the result is sound");
  require(fingerprint_of(after) == fingerprint_of(*before), "the result holds the same rows");
  const auto checked =
      must(verify(files, database_at(rewriting.result()), {}), "the result is verified");
  require(checked.verdict == Verdict::clean, "the result is clean");
  return 0;
}
