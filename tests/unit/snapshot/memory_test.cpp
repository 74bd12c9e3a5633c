// How much memory reading a snapshot takes: every allocation of this program is counted.
#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <persist/snapshot_reader.hpp>

#include "support/catch.hpp"

namespace {

std::atomic<std::size_t> held_bytes{0};
std::atomic<std::size_t> peak_bytes{0};

// The length lies before what is handed out.
constexpr std::size_t prefix_bytes = alignof(std::max_align_t);

}  // namespace

void* operator new(std::size_t size) {
  void* const raw = std::malloc(size + prefix_bytes);
  if (raw == nullptr) throw std::bad_alloc();
  std::memcpy(raw, &size, sizeof size);
  const std::size_t held = held_bytes += size;
  std::size_t peak = peak_bytes;
  while (held > peak && !peak_bytes.compare_exchange_weak(peak, held)) {
  }
  return static_cast<char*>(raw) + prefix_bytes;
}
void operator delete(void* pointer) noexcept {
  if (pointer == nullptr) return;
  void* const raw = static_cast<char*>(pointer) - prefix_bytes;
  std::size_t size = 0;
  std::memcpy(&size, raw, sizeof size);
  held_bytes -= size;
  std::free(raw);
}
void operator delete(void* pointer, std::size_t) noexcept {
  operator delete(pointer);
}

using namespace persist;

namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;
constexpr std::uint64_t file_bytes = 128 * mebibyte;
constexpr std::size_t entry_bytes = 256;

// A file of any length whose bytes are made when they are read.
class MadeFile final : public File {
 public:
  // Fills a piece of `entry_bytes` that begins at a multiple of it.
  using Make = std::function<void(std::uint64_t index, char* into)>;
  explicit MadeFile(Make make) : make_(std::move(make)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    std::size_t done = 0;
    std::array<char, entry_bytes> piece{};
    while (done < into.size() && offset + done < file_bytes) {
      const std::uint64_t at = offset + done;
      make_(at / entry_bytes, piece.data());
      const std::size_t skipped = at % entry_bytes;
      const std::size_t length = std::min(into.size() - done, entry_bytes - skipped);
      std::memcpy(into.data() + done, piece.data() + skipped, length);
      done += length;
    }
    return done;
  }
  Result<FileInfo> info() override {
    FileInfo info;
    info.size_bytes = file_bytes;
    return info;
  }
  Result<> write_at(std::uint64_t, ByteView) override { return refuse(); }
  Result<> truncate(std::uint64_t) override { return refuse(); }
  Result<> sync() override { return refuse(); }
  Result<> copy_permissions(const FileInfo&) override { return refuse(); }
  const std::string& path() const override { return path_; }

 private:
  Result<> refuse() const { return fail(ErrorCode::read_only, path_, "it cannot be changed"); }

  Make make_;
  std::string path_ = "made";
};

// An entry that fills its piece: a 17-byte key, version 7, a value.
void make_entry(std::uint64_t index, char* into) {
  std::memset(into, 'v', entry_bytes);
  const auto end = fmt::format_to(into, "\x11user:{:012}\x01\x07\x01", index);
  *end = static_cast<char>(entry_bytes - 22);
}

class Counter final : public SnapshotSink {
 public:
  bool on_entry(const SnapshotEntry&) override { return ++entries > 0; }
  bool on_damage(const Damage&) override { return ++damage > 0; }
  std::uint64_t entries = 0;
  std::uint64_t damage = 0;
};

struct Outcome {
  Counter seen;
  std::size_t peak = 0;
};
Outcome read(MadeFile::Make make) {
  MadeFile file(std::move(make));
  Outcome outcome;
  const std::size_t before = held_bytes;
  peak_bytes = before;
  REQUIRE(read_snapshot(file, {}, outcome.seen).has_value());
  outcome.peak = peak_bytes - before;
  return outcome;
}

constexpr std::uint64_t all_entries = file_bytes / entry_bytes;

}  // namespace

TEST_CASE("a sound snapshot of any size takes a few MiB") {
  const Outcome outcome = read(make_entry);
  CHECK(outcome.seen.entries == all_entries);
  CHECK(outcome.seen.damage == 0);
  CHECK(outcome.peak < 4 * mebibyte);
}

TEST_CASE("a damaged length that fits the file swallows neither memory nor entries") {
  const Outcome outcome = read([](std::uint64_t index, char* into) {
    make_entry(index, into);
    if (index != 1000) return;
    const auto length = static_cast<std::uint32_t>(100 * mebibyte);
    into[21] = '\xFC';
    std::memcpy(into + 22, &length, sizeof length);
  });
  CHECK(outcome.seen.entries == all_entries - 1);
  CHECK(outcome.seen.damage == 1);
  CHECK(outcome.peak < 32 * mebibyte);
}

TEST_CASE("a file of zeros, or of noise, takes no more than a sound one under repair") {
  std::uint64_t state = 1;
  const bool zeros = GENERATE(true, false);
  const Outcome outcome = read([&](std::uint64_t, char* into) {
    for (std::size_t i = 0; i < entry_bytes; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      into[i] = zeros ? '\0' : static_cast<char>(state >> 56U);
    }
  });
  CHECK(outcome.seen.entries <= 1);
  CHECK(outcome.peak < 32 * mebibyte);
}

TEST_CASE("damage in every tenth entry costs those entries and no memory") {
  const Outcome outcome = read([](std::uint64_t index, char* into) {
    make_entry(index, into);
    if (index % 10 == 5) into[21] = '\x10';
  });
  CHECK(outcome.seen.entries >= all_entries / 10 * 9 - 1);
  CHECK(outcome.peak < 32 * mebibyte);
}
