// What lies on a disk, and what a program did to it, call by call, as far as a power cut can tell.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace persist::simulation {

using Inode = std::size_t;

// Paths are absolute and normal; "/" is always there and not listed.
struct Image {
  std::vector<std::string> files;      // contents, by inode
  std::map<std::string, Inode> names;  // two names of one inode are links
  std::set<std::string> directories;

  // Equal for equal contents under equal names, however inodes are numbered.
  [[nodiscard]] std::uint64_t hash() const;
};

[[nodiscard]] std::string parent_of(const std::string& path);

struct Event {
  enum class Kind {
    create,          // path names the new inode
    make_directory,  // path
    write,           // inode, offset, bytes
    truncate,        // inode, offset: the new size
    sync,            // inode
    failed_sync,     // inode: what was unsynced may never reach the disk, whatever later syncs say
    rename,          // path to `to`, inode
    link,            // inode gets the name `to`
    remove,          // path
    sync_directory,  // path
    promise,         // the program was told, or told somebody, something: see `first`, `last`
  };
  Kind kind = Kind::promise;
  Inode inode = 0;
  std::string path = {};
  std::string to = {};
  std::uint64_t offset = 0;
  std::string bytes = {};
  // From now on a reader has to find one of the states from `first` to `last`.
  std::size_t first = 0;
  std::size_t last = 0;
};

}  // namespace persist::simulation
