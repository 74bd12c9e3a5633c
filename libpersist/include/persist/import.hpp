// A new database from rows.
#pragma once

#include <persist/rewrite.hpp>

namespace persist {

enum class ImportAs {
  automatic,  // a snapshot, and a log with what a snapshot of the line cannot hold
  snapshot,   // a snapshot; older versions are left out where it cannot hold them
  log,        // commits in version order
};

struct ImportOptions : RewriteOptions {
  ReleaseLine to = ReleaseLine::v1_1;
  ImportAs as = ImportAs::automatic;
  Version clock = 0;         // at least that of the rows' greatest version
  std::uint64_t now_ns = 0;  // as ConvertOptions'
};

class Importer {
 public:
  // Error `exists` when the output's directory holds anything; nothing is written before finish().
  [[nodiscard]] static Result<Importer> create(FileSystem& files, const DatabaseFiles& output,
                                               const ImportOptions& options);
  Importer(Importer&&) noexcept;
  Importer& operator=(Importer&&) noexcept;
  ~Importer();

  // Keys ascending; of one key, versions ascending. Errors: damaged for a row out of order
  // or of version 0; those of temporary data.
  [[nodiscard]] Result<> add(ByteView key, const formats::VersionedValue& version);

  // Writes the database. Errors: mismatch, which names no file, when the rows' fingerprint is not
  // `fingerprint`; those of convert.
  [[nodiscard]] Result<RewriteReport> finish(const std::string& fingerprint);

 private:
  struct State;
  explicit Importer(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace persist
