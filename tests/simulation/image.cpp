#include "simulation/image.hpp"

#include <xxhash.h>

#include <algorithm>

namespace persist::simulation {
namespace {

// Times, process numbers and what makes names unique differ from run to run, and say nothing.
std::uint64_t hash_of_name(std::string path, std::uint64_t seed) {
  std::erase_if(path, [](char byte) { return (byte >= '0' && byte <= '9') || byte == '-'; });
  return XXH3_64bits_withSeed(path.data(), path.size(), seed);
}

}  // namespace

// A sum, since names that differ in nothing else may come in any order.
std::uint64_t Image::hash() const {
  std::map<Inode, std::uint64_t> links;
  for (const auto& [path, inode] : names) ++links[inode];
  std::uint64_t hash = 0;
  for (const auto& [path, inode] : names) {
    const std::string& bytes = files[inode];
    const std::uint64_t seed = hash_of_name(path, links[inode]);
    hash += XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
  }
  for (const std::string& path : directories) hash += hash_of_name(path, 0);
  return hash;
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

}  // namespace persist::simulation
