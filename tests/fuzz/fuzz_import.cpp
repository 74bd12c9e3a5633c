// Import: a dump that is taken becomes a sound database with its rows, and any other changes
// nothing.
#include <algorithm>
#include <map>
#include <persist/fingerprint.hpp>
#include <persist/import.hpp>
#include <persist/verify.hpp>

#include "commands/dump_reader.hpp"
#include "fuzz/database.hpp"

using namespace persist;
using namespace persist::fuzz;

namespace {

ImportOptions options_of(std::uint8_t choices) {
  ImportOptions options;
  options.to = all_release_lines[choices % all_release_lines.size()];
  options.as = static_cast<ImportAs>(choices / 4 % 3);
  options.compression = (choices & 64U) != 0 ? Compression::none : Compression::lz4;
  options.now_ns = now_ns;
  options.max_memory_bytes = max_memory_bytes;
  return options;
}

using Live = std::map<std::string, std::string>;

Result<Live> import(FileSystem& files, ByteView text, const ImportOptions& options,
                    bool mends_fingerprint) {
  PERSIST_TRY_ASSIGN(auto importer, Importer::create(files, database_at("/db"), options));
  const auto source = [&text](std::span<char> into) -> Result<std::size_t> {
    const std::size_t count = text.copy(into.data(), into.size());
    text.remove_prefix(count);
    return count;
  };
  app::DumpReader reader("input", source, max_memory_bytes);
  PERSIST_TRY(reader.read_header());
  Live live;
  for (;;) {
    PERSIST_TRY_ASSIGN(const app::ImportedRow* const row, reader.next());
    if (row == nullptr) break;
    const auto value = row->value ? std::optional<ByteView>(*row->value) : std::nullopt;
    PERSIST_TRY(importer.add(row->key, {row->version, value}));
    live.erase(row->key);
    if (row->value) live.emplace(row->key, *row->value);
  }
  Fingerprint fingerprint;
  for (const auto& [key, value] : live) fingerprint.add(key, value);
  const std::string right = fingerprint.to_string();
  PERSIST_TRY(importer.finish(mends_fingerprint ? right : reader.fingerprint()));
  require(mends_fingerprint || reader.fingerprint() == right, "a wrong fingerprint is refused");
  return live;
}

Live live_in(FileSystem& files) {
  Live live;
  must(must(load(files, "/db"), "the result loads").for_each([&live](const KeyState& key) {
    live.emplace(key.key, *key.versions.back().value);
    return true;
  }),
       "a state can be visited");
  return live;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  simulation::MemoryFileSystem files(image_of({}));
  const std::uint64_t image = files.image().hash();
  const auto live =
      import(files, view_of(data + 1, size - 1), options_of(data[0]), (data[0] & 128U) != 0);
  if (!live) {
    require(files.image().names.empty(), "a dump that is refused leaves no file");
    return 0;
  }
  require(live_in(files) == *live, "the database has the dump's rows");
  const auto report = must(verify(files, database_at("/db"), {}), "the result is verified");
  require(report.verdict == Verdict::clean, "the result is clean");
  require(files.image().hash() != image, "something was written");
  return 0;
}
