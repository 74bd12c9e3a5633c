// Inputs that are a database: how they are laid out and mutated, for every target that takes one.
#include <algorithm>
#include <persist/formats/varint.hpp>

#include "fuzz/input.hpp"
#include "fuzz/mutator.hpp"

namespace persist::fuzz {
namespace {

constexpr std::size_t prefix_bytes = 3;

}  // namespace

DatabaseInput split(ByteView bytes) {
  DatabaseInput input;
  if (bytes.size() < prefix_bytes) return input;
  input.choices = static_cast<std::uint8_t>(bytes[0]);
  const std::size_t log_length = formats::load_little_endian<std::uint16_t>(bytes.data() + 1);
  bytes.remove_prefix(prefix_bytes);
  input.log = bytes.substr(0, log_length);
  bytes.remove_prefix(input.log.size());
  input.snapshot = bytes;
  return input;
}

std::string join(const DatabaseInput& input) {
  std::string out(1, static_cast<char>(input.choices));
  formats::append_little_endian(out, static_cast<std::uint16_t>(input.log.size()));
  return out + input.log + input.snapshot;
}

}  // namespace persist::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  using namespace persist::fuzz;
  Random random(seed);
  DatabaseInput input = split(view_of(data, size));
  const std::size_t used = input.log.size() + input.snapshot.size() + 3;
  const std::size_t room = max_size - std::min(used, max_size);
  const std::size_t choice = below(16, random);
  if (choice == 0) {
    input.choices = static_cast<std::uint8_t>(random());
  } else if (choice < 4) {
    input.log = mutate_bytes(std::move(input.log), input.log.size() + room);
  } else if (choice < 10) {
    input.log = mutate_log(input.log, input.log.size() + room, random);
  } else if (choice < 12) {
    input.snapshot = mutate_bytes(std::move(input.snapshot), input.snapshot.size() + room);
  } else {
    input.snapshot = mutate_snapshot(input.snapshot, input.snapshot.size() + room, random);
  }
  const std::string out = join(input);
  const std::size_t length = std::min(out.size(), max_size);
  std::copy_n(out.data(), length, reinterpret_cast<char*>(data));
  return length;
}
