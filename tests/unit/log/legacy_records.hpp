// Records of a legacy log as an application writes them.
#pragma once

#include <persist/formats/record.hpp>
#include <string>

namespace persist::test {

inline constexpr std::size_t mebibyte = std::size_t{1} << 20U;

[[nodiscard]] inline std::string record_of(Version version) {
  std::string bytes;
  const std::string key = "user:" + std::to_string(100'000 + version % 1'000);
  formats::append_record(bytes, {key, version, "{\"name\":\"Tobie\",\"number\":12345}"});
  return bytes;
}

[[nodiscard]] inline std::string records_from(Version version, std::size_t size_bytes) {
  std::string bytes;
  while (bytes.size() < size_bytes) bytes += record_of(version++);
  return bytes;
}

}  // namespace persist::test
