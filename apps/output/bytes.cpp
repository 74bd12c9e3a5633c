#include "output/bytes.hpp"

#include <fmt/format.h>

#include <array>

namespace persist::app {

std::string bytes_for_people(ByteView bytes, std::size_t max_bytes) {
  const bool is_cut = bytes.size() > max_bytes;
  ByteView shown = bytes.substr(0, max_bytes);
  // A cut in the middle of a character is no reason to print the rest as hexadecimal.
  for (int i = 0; is_cut && i < 3 && !shown.empty() && !is_plain_text(shown); ++i) {
    shown.remove_suffix(1);
  }
  std::string text;
  if (is_plain_text(shown)) {
    text = shown;
  } else {
    text = "hex:";
    append_hex(text, bytes.substr(0, max_bytes / 2));
    return bytes.size() > max_bytes / 2 ? text + "..." : text;
  }
  return is_cut ? text + "..." : text;
}

std::string path_for_people(const std::string& path) {
  return bytes_for_people(path, std::string::npos);
}

std::string on_one_line(std::string_view message) {
  std::string line;
  for (const char c : message) {
    if (const auto byte = static_cast<unsigned char>(c); byte < 0x20 || byte == 0x7F) {
      line += "\\x";
      append_hex(line, std::string_view(&c, 1));
    } else {
      line += c;
    }
  }
  return line;
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::array units{"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 1023.95 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, units[unit]);
}

std::string count_text(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t i = text.size(); i > 3;) {
    i -= 3;
    text.insert(i, 1, ',');
  }
  return text;
}

std::string count_text(std::uint64_t count, std::string_view singular, std::string_view plural) {
  std::string text = count_text(count) + " ";
  if (count == 1) return text.append(singular);
  return plural.empty() ? text.append(singular) + "s" : text.append(plural);
}

}  // namespace persist::app
