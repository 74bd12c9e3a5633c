#include "simulation/image.hpp"

#include <xxhash.h>

#include <algorithm>

namespace persist::simulation {
namespace {

// Times and process numbers in names differ from run to run, and say nothing.
std::uint64_t hash_of_name(std::string path, std::uint64_t seed) {
  std::erase_if(path, [](char byte) { return byte >= '0' && byte <= '9'; });
  return XXH3_64bits_withSeed(path.data(), path.size(), seed);
}

}  // namespace

std::uint64_t Image::hash() const {
  std::uint64_t hash = 0;
  std::map<Inode, std::uint64_t> first_name;  // links to one inode are told from equal copies
  for (const auto& [path, inode] : names) {
    hash = hash_of_name(path, hash);
    hash = XXH3_64bits_withSeed(files[inode].data(), files[inode].size(), hash);
    hash ^= first_name.try_emplace(inode, first_name.size()).first->second;
  }
  for (const std::string& path : directories) hash = hash_of_name(path, hash + 1);
  return hash;
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

}  // namespace persist::simulation
