// Parts of a file, as if they were a file of their own.
#pragma once

#include <persist/file_system.hpp>

namespace persist::recover {

// Refuses all that would change it.
class ReadOnlyFile : public File {
 public:
  [[nodiscard]] Result<> write_at(std::uint64_t, ByteView) override { return refuse(); }
  [[nodiscard]] Result<> truncate(std::uint64_t) override { return refuse(); }
  [[nodiscard]] Result<> sync() override { return refuse(); }
  [[nodiscard]] Result<> copy_permissions(const FileInfo&) override { return refuse(); }

 private:
  [[nodiscard]] std::unexpected<Error> refuse() const {
    return fail(ErrorCode::read_only, path(), "these are parts of a file, for reading only");
  }
};

}  // namespace persist::recover
