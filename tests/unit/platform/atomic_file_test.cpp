#include <unistd.h>

#include <persist/atomic_file.hpp>

#include "support/catch.hpp"
#include "support/failing_file_system.hpp"
#include "support/mode_watch.hpp"
#include "support/temporary_directory.hpp"

using namespace persist;
using namespace persist::test;

namespace {

const std::string old_bytes = "the old file";

Result<> replace(FileSystem& files, const std::string& target, ByteView bytes) {
  PERSIST_TRY_ASSIGN(AtomicFile file, AtomicFile::create(files, target, "new"));
  PERSIST_TRY(file.append(bytes));
  return file.commit();
}

// Root, which may give files away, is somebody who may not as long as this lives.
class AsNobody {
 public:
  AsNobody() {
    if (!was_root_) return;
    REQUIRE(::setegid(nobody) == 0);
    REQUIRE(::seteuid(nobody) == 0);
  }
  ~AsNobody() {
    if (!was_root_) return;
    static_cast<void>(::seteuid(0));
    static_cast<void>(::setegid(0));
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  static constexpr unsigned nobody = 65534;
  bool was_root_ = ::geteuid() == 0;
};

}  // namespace

TEST_CASE("a committed file replaces the old one and leaves nothing beside it") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", old_bytes);
  REQUIRE(replace(posix_file_system(), directory / "aol.bin", "new bytes"));
  CHECK(read_file(directory / "aol.bin") == "new bytes");
  CHECK(directory.names() == std::vector<std::string>{"aol.bin"});
}

TEST_CASE("a file larger than the buffer arrives whole") {
  const TemporaryDirectory directory;
  std::string bytes;
  while (bytes.size() < 3'500'000) bytes += std::to_string(bytes.size());
  auto file = AtomicFile::create(posix_file_system(), directory / "aol.bin", "new");
  REQUIRE(file);
  REQUIRE(file->append(ByteView(bytes).substr(0, 7)));
  REQUIRE(file->append(ByteView(bytes).substr(7)));
  CHECK(file->size_bytes() == bytes.size());
  REQUIRE(file->commit());
  CHECK(read_file(directory / "aol.bin") == bytes);
}

TEST_CASE("the temporary file has the name that line 1.1 removes when it opens") {
  const TemporaryDirectory directory;
  const auto file = AtomicFile::create(posix_file_system(), directory / "aol.bin", "new");
  REQUIRE(file);
  const std::string start = directory / "aol.bin." + std::to_string(::getpid()) + "_";
  CHECK(file->temporary_path() == start + "0.new");
  const auto second = AtomicFile::create(posix_file_system(), directory / "aol.bin", "new");
  REQUIRE(second);
  CHECK(second->temporary_path() == start + "1.new");
}

TEST_CASE("a file that is not committed is gone, and the old one is what it was") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", old_bytes);
  {
    auto file = AtomicFile::create(posix_file_system(), directory / "aol.bin", "new");
    REQUIRE(file);
    REQUIRE(file->append("new bytes"));
    REQUIRE(file->sync());
  }
  CHECK(read_file(directory / "aol.bin") == old_bytes);
  CHECK(directory.names() == std::vector<std::string>{"aol.bin"});
}

TEST_CASE("whatever call fails before the rename, the old file stays and the new one goes") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", old_bytes);
  FailingFileSystem files(posix_file_system());
  const auto [call, code] = GENERATE(table<Call, ErrorCode>({
      {Call::create, ErrorCode::permission},
      {Call::write, ErrorCode::no_space},
      {Call::sync, ErrorCode::io},
      {Call::rename, ErrorCode::io},
  }));
  files.fail(call, code);
  const auto result = replace(files, directory / "aol.bin", "new bytes");
  REQUIRE_FALSE(result);
  CHECK(result.error().code == code);
  CHECK(read_file(directory / "aol.bin") == old_bytes);
  CHECK(directory.names() == std::vector<std::string>{"aol.bin"});
}

TEST_CASE("a symbolic link stays a link, and what it names is replaced") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "elsewhere");
  write_file(directory / "elsewhere/log", old_bytes);
  std::filesystem::create_symlink("elsewhere/log", directory / "aol.bin");
  REQUIRE(replace(posix_file_system(), directory / "aol.bin", "new bytes"));
  CHECK(std::filesystem::is_symlink(directory / "aol.bin"));
  CHECK(read_file(directory / "elsewhere/log") == "new bytes");
}

TEST_CASE("the mode of the old file is kept") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", old_bytes);
  REQUIRE(::chmod((directory / "aol.bin").c_str(), 0640) == 0);
  REQUIRE(replace(posix_file_system(), directory / "aol.bin", "new bytes"));
  CHECK(mode_of(directory / "aol.bin") == 0640);
}

TEST_CASE("what replaces a file is nobody else's before it has the old one's mode") {
  const TemporaryDirectory directory;
  const bool is_there = GENERATE(true, false);
  if (is_there) write_file(directory / "aol.bin", old_bytes);
  ModeWatch files(posix_file_system());
  REQUIRE(replace(files, directory / "aol.bin", "new bytes"));
  CHECK(files.created_as == (is_there ? OpenMode::create_private : OpenMode::create_new));
  const auto file = files.open(directory / "private", OpenMode::create_private);
  REQUIRE(file);
  CHECK(mode_of(directory / "private") == 0600);
}

TEST_CASE("what one group may do is not given to another") {
  const TemporaryDirectory directory;
  REQUIRE(::chmod(directory.path().c_str(), 0777) == 0);
  const AsNobody nobody;
  const auto file = posix_file_system().open(directory / "new", OpenMode::create_private);
  REQUIRE(file);
  FileInfo like;
  like.mode = 0664;
  like.user = 1234;
  like.group = 4321;
  REQUIRE((*file)->copy_permissions(like));
  CHECK(mode_of(directory / "new") == 0604);
  like.group = ::getegid();
  REQUIRE((*file)->copy_permissions(like));
  CHECK(mode_of(directory / "new") == 0664);
}

TEST_CASE("root keeps the owner of the old file") {
  if (::geteuid() != 0) {
    WARN("skipped: only root may give a file away");
    return;
  }
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", old_bytes);
  REQUIRE(::chown((directory / "aol.bin").c_str(), 1234, 4321) == 0);
  REQUIRE(replace(posix_file_system(), directory / "aol.bin", "new bytes"));
  struct stat status{};
  REQUIRE(::stat((directory / "aol.bin").c_str(), &status) == 0);
  CHECK(status.st_uid == 1234);
  CHECK(status.st_gid == 4321);
}

TEST_CASE("a kept temporary file outlives its object") {
  const TemporaryDirectory directory;
  std::string temporary;
  {
    auto file = AtomicFile::create(posix_file_system(), directory / "aol.bin", "new");
    REQUIRE(file);
    REQUIRE(file->append("kept"));
    REQUIRE(file->sync());
    file->keep();
    temporary = file->temporary_path();
  }
  CHECK(read_file(temporary) == "kept");
}

TEST_CASE("a file that was synced can be read back before it is swapped in") {
  const TemporaryDirectory directory;
  auto file = AtomicFile::create(posix_file_system(), directory / "aol.bin", "new");
  REQUIRE(file);
  REQUIRE(file->append("read me"));
  REQUIRE(file->sync());
  std::string bytes(16, '\0');
  CHECK(file->file().read_at(0, bytes) == 7U);
  CHECK(bytes.substr(0, 7) == "read me");
}

TEST_CASE("a link is a second name, and an existing name is never overwritten by one") {
  const TemporaryDirectory directory;
  write_file(directory / "a", "bytes");
  write_file(directory / "b", "others");
  FileSystem& files = posix_file_system();
  REQUIRE(files.link(directory / "a", directory / "c"));
  CHECK(files.info(directory / "a")->inode == files.info(directory / "c")->inode);
  CHECK(files.link(directory / "a", directory / "b").error().code == ErrorCode::exists);
  CHECK(read_file(directory / "b") == "others");
}

TEST_CASE("a commit fails when the directory cannot be synced: the rename is not durable then") {
  const TemporaryDirectory directory;
  FailingFileSystem files(posix_file_system());
  files.fail(Call::sync_directory);
  const auto committed = replace(files, directory / "aol.bin", "new bytes");
  REQUIRE_FALSE(committed.has_value());
  CHECK(committed.error().code == ErrorCode::io);
}
