// The formats without checksums, read as the engines do: formats/README.md, "Primitives".
#include <optional>

#include "simulation/sound_file.hpp"

namespace persist::simulation {
namespace {

class PlainDecoder {
 public:
  explicit PlainDecoder(std::string_view bytes) : left_(bytes) {}

  [[nodiscard]] bool is_at_end() const { return left_.empty(); }

  std::optional<std::uint64_t> varint() {
    const auto first = number(1);
    if (!first || *first < 0xFB) return first;
    if (*first > 0xFD) return std::nullopt;
    return number(std::size_t{2} << (*first - 0xFB));
  }
  std::optional<std::string_view> text() {
    const auto length = varint();
    if (!length || *length > left_.size()) return std::nullopt;
    const std::string_view taken = left_.substr(0, *length);
    left_.remove_prefix(*length);
    return taken;
  }
  // A version that can be, and a value or none.
  bool versioned_value() {
    const auto version = varint();
    if (!version || *version == 0) return false;
    const auto tag = number(1);
    if (!tag || *tag > 1) return false;
    return *tag == 0 || text().has_value();
  }

 private:
  std::optional<std::uint64_t> number(std::size_t length) {
    if (left_.size() < length) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = length; i > 0; --i) {
      value = value << 8U | static_cast<unsigned char>(left_[i - 1]);
    }
    left_.remove_prefix(length);
    return value;
  }

  std::string_view left_;
};

}  // namespace

bool reads_as_records(std::string_view bytes) {
  PlainDecoder decoder(bytes);
  while (!decoder.is_at_end()) {
    if (!decoder.text() || !decoder.versioned_value()) return false;
  }
  return true;
}

bool reads_as_entries(std::string_view bytes) {
  PlainDecoder decoder(bytes);
  std::optional<std::string_view> previous;
  while (!decoder.is_at_end()) {
    const auto key = decoder.text();
    if (!key || (previous && *key <= *previous)) return false;
    previous = key;
    const auto count = decoder.varint();
    if (!count || *count == 0) return false;
    for (std::uint64_t i = 0; i < *count; ++i) {
      if (!decoder.versioned_value()) return false;
    }
  }
  return true;
}

}  // namespace persist::simulation
