// What the system refuses arrives as an error that names the file, and what it does is true.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <persist/atomic_file.hpp>
#include <persist/file_system.hpp>
#include <thread>

#include "platform/posix_file.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace persist;
using namespace persist::test;

namespace {

FileSystem& files() {
  return posix_file_system();
}

// What a refused call said; its path is the one that was asked for.
template <class T>
ErrorCode code_of(const Result<T>& result, const std::string& path) {
  REQUIRE_FALSE(result);
  CHECK(result.error().path == path);
  return result.error().code;
}

}  // namespace

TEST_CASE("every call on what is not there says not_found and names it") {
  const TemporaryDirectory directory;
  const std::string gone = directory / "gone";
  CHECK(code_of(files().open(gone, OpenMode::read), gone) == ErrorCode::not_found);
  CHECK(code_of(files().open(gone, OpenMode::read_write), gone) == ErrorCode::not_found);
  CHECK(code_of(files().info(gone), gone) == ErrorCode::not_found);
  CHECK(code_of(files().list(gone), gone) == ErrorCode::not_found);
  CHECK(code_of(files().rename(gone, directory / "to"), directory / "to") == ErrorCode::not_found);
  CHECK(code_of(files().link(gone, directory / "to"), directory / "to") == ErrorCode::not_found);
  CHECK(code_of(files().remove(gone), gone) == ErrorCode::not_found);
  CHECK(code_of(files().remove_directory(gone), gone) == ErrorCode::not_found);
  CHECK(code_of(files().sync_directory(gone), gone) == ErrorCode::not_found);
  CHECK(code_of(files().lock(gone), gone) == ErrorCode::not_found);
  CHECK(code_of(files().is_locked(gone), gone) == ErrorCode::not_found);
  CHECK(code_of(files().free_bytes(gone), gone) == ErrorCode::not_found);
  CHECK(directory.names().empty());
}

TEST_CASE("nobody writes to a file that is not there") {
  const TemporaryDirectory directory;
  const auto writers = files().writers_of(directory / "gone");
  REQUIRE(writers);
  CHECK(writers->empty());
}

TEST_CASE("a temporary file where there is no directory is no trouble with the database") {
  const TemporaryDirectory directory;
  const std::string gone = directory / "gone";
  const auto file = files().create_temporary(gone);
  CHECK(code_of(file, gone) == ErrorCode::io);
  CHECK(file.error().advice == "name another temporary directory");
}

TEST_CASE("a temporary file has no name and holds what is written") {
  const TemporaryDirectory directory;
  const auto file = files().create_temporary(directory.path());
  REQUIRE(file);
  CHECK(directory.names().empty());
  REQUIRE((*file)->write_at(3, "abc"));
  char bytes[8];
  CHECK((*file)->read_at(2, bytes) == 4U);
  CHECK(ByteView(bytes, 4) == ByteView("\0abc", 4));
}

TEST_CASE("what may be missing is none, and all else that is wrong with it an error") {
  const TemporaryDirectory directory;
  for (const std::string& nothing : {directory / "gone", std::string()}) {
    const auto opened = open_if_there(files(), nothing);
    REQUIRE(opened);
    CHECK(*opened == nullptr);
    CHECK_FALSE(info_if_there(files(), nothing).value());
  }
  write_file(directory / "file", "bytes");
  CHECK((*open_if_there(files(), directory / "file"))->info()->size_bytes == 5);
  CHECK((*info_if_there(files(), directory / "file"))->size_bytes == 5);
  CHECK_FALSE(open_if_there(files(), directory.path()));
  REQUIRE(::symlink("elsewhere", (directory / "link").c_str()) == 0);
  CHECK_FALSE(open_if_there(files(), directory / "link"));
  CHECK_FALSE(info_if_there(files(), directory / "link"));
}

TEST_CASE("a directory is no file, and a file no directory") {
  const TemporaryDirectory directory;
  CHECK(code_of(files().open(directory.path(), OpenMode::read), directory.path()) ==
        ErrorCode::not_a_database);
  write_file(directory / "file", "x");
  CHECK(code_of(files().list(directory / "file"), directory / "file") ==
        code_of(files().sync_directory(directory / "file"), directory / "file"));
  CHECK(code_of(files().create_directories(directory / "file"), directory / "file") ==
        ErrorCode::exists);
  CHECK_FALSE(files().create_directories(directory / "file/below"));
  CHECK(read_file(directory / "file") == "x");
}

TEST_CASE("what is no regular file is refused at once") {
  const TemporaryDirectory directory;
  const std::string pipe = directory / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0666) == 0);
  const auto mode = GENERATE(OpenMode::read, OpenMode::read_write, OpenMode::open_or_create);
  const auto opened = files().open(pipe, mode);
  CHECK(code_of(opened, pipe) == ErrorCode::not_a_database);
  CHECK(opened.error().message == "this is a pipe, and no file");
  CHECK(code_of(files().open("/dev/null", mode), "/dev/null") == ErrorCode::not_a_database);
}

TEST_CASE("a link to nothing is told from no file, and nothing is made where it leads") {
  const TemporaryDirectory directory;
  const std::string link = directory / "link";
  REQUIRE(::symlink("unmounted/file", link.c_str()) == 0);
  const auto mode = GENERATE(OpenMode::read, OpenMode::read_write);
  const auto opened = files().open(link, mode);
  CHECK(code_of(opened, link) == ErrorCode::dangling_link);
  CHECK(opened.error().message == "this is a link to unmounted/file, which is not there");
  CHECK(code_of(files().info(link), link) == ErrorCode::dangling_link);
  CHECK_FALSE(AtomicFile::create(files(), link, "new"));
  CHECK(directory.names() == std::vector<std::string>{"link"});
}

TEST_CASE("directories are made with their parents, and being there is no mistake") {
  const TemporaryDirectory directory;
  REQUIRE(files().create_directories(directory / "a/b/c"));
  REQUIRE(files().create_directories(directory / "a/b/c"));
  CHECK(files().info(directory / "a/b/c").value().is_directory);
  CHECK_FALSE(files().remove_directory(directory / "a"));
  REQUIRE(files().remove_directory(directory / "a/b/c"));
  CHECK_FALSE(files().info(directory / "a/b/c"));
}

TEST_CASE("a file opened to be read is not written or cut by way of it") {
  const TemporaryDirectory directory;
  const std::string path = directory / "file";
  write_file(path, "abc");
  const auto file = files().open(path, OpenMode::read);
  REQUIRE(file);
  const auto written = (*file)->write_at(1, "x");
  CHECK(code_of(written, path) == ErrorCode::io);
  CHECK(written.error().offset == 1U);
  CHECK_FALSE((*file)->truncate(0));
  CHECK(read_file(path) == "abc");
}

TEST_CASE("a device without room says no_space, and one that cannot be synced says so") {
  const auto file =
      platform::adopt_descriptor(::open("/dev/full", O_RDWR | O_CLOEXEC), "/dev/full");
  CHECK(code_of(file->write_at(0, "x"), "/dev/full") == ErrorCode::no_space);
  CHECK_FALSE(file->sync());
}

TEST_CASE("a read that the system refuses names the place") {
  const auto file = files().open("/proc/self/mem", OpenMode::read);
  REQUIRE(file);
  char byte = 0;
  const auto got = (*file)->read_at(0, std::span(&byte, 1));  // nothing is mapped there
  CHECK(code_of(got, "/proc/self/mem") == ErrorCode::io);
  CHECK(got.error().offset == 0U);
}

TEST_CASE("a new file is not made over one that is there") {
  const TemporaryDirectory directory;
  write_file(directory / "file", "abc");
  CHECK(code_of(files().open(directory / "file", OpenMode::create_new), directory / "file") ==
        ErrorCode::exists);
  CHECK_FALSE(files().link(directory / "file", directory / "file"));
  CHECK(read_file(directory / "file") == "abc");
}

TEST_CASE("a list says of links what they lead to, in the order of names") {
  const TemporaryDirectory directory;
  write_file(directory / "b", "");
  REQUIRE(files().create_directories(directory / "d"));
  REQUIRE(::symlink("b", (directory / "a").c_str()) == 0);
  REQUIRE(::symlink("d", (directory / "c").c_str()) == 0);
  REQUIRE(::symlink("gone", (directory / "e").c_str()) == 0);
  const auto entries = files().list(directory.path());
  REQUIRE(entries);
  std::string seen;
  for (const DirectoryEntry& entry : *entries)
    seen += entry.name + (entry.is_regular_file ? "+" : "-");
  CHECK(seen == "a+b+c-d-e-");
}

TEST_CASE("links in a circle cannot be followed") {
  const TemporaryDirectory directory;
  REQUIRE(::symlink("b", (directory / "a").c_str()) == 0);
  REQUIRE(::symlink("a", (directory / "b").c_str()) == 0);
  CHECK(code_of(files().resolve(directory / "a"), directory / "a") == ErrorCode::permission);
}

TEST_CASE("a directory's lock is seen by who asks, and free once it is given back") {
  const TemporaryDirectory directory;
  CHECK(files().is_locked(directory.path()) == false);
  {
    const auto lock = files().lock(directory.path());
    REQUIRE(lock);
    CHECK(files().is_locked(directory.path()) == true);
    CHECK(code_of(files().lock(directory.path()), directory.path()) == ErrorCode::busy);
  }
  CHECK(files().is_locked(directory.path()) == false);
}

TEST_CASE(
    "a lock that is given back is free though a child of fork() lives, which cannot free it") {
  const TemporaryDirectory directory;
  auto lock = files().lock(directory.path());
  REQUIRE(lock);
  int done[2];
  REQUIRE(::pipe(done) == 0);
  const pid_t heir = ::fork();
  if (heir == 0) {  // has the directory open as long as it lives
    char byte = 0;
    ::close(done[1]);
    ::_exit(::read(done[0], &byte, 1) == 0 ? 0 : 1);
  }
  const pid_t giver = ::fork();
  if (giver == 0) {
    lock->reset();
    ::_exit(0);
  }
  REQUIRE(::waitpid(giver, nullptr, 0) == giver);
  CHECK(files().is_locked(directory.path()) == true);
  lock->reset();
  CHECK(files().is_locked(directory.path()) == false);
  ::close(done[1]);
  ::close(done[0]);
  CHECK(::waitpid(heir, nullptr, 0) == heir);
}

TEST_CASE("somebody who looks at the lock for an instant does not keep it from who wants it") {
  const TemporaryDirectory directory;
  const int asking = ::open(directory.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  REQUIRE(::flock(asking, LOCK_SH) == 0);
  std::thread gone([asking] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ::close(asking);
  });
  CHECK(files().lock(directory.path()));
  gone.join();
}
