// The disk behind a file system: what is surely on it, and what may or may not be when the power
// goes.
//
// The rules, no kinder than POSIX:
//   - A write waits in sectors of 512 bytes until its file is synced. Each may reach the disk or
//     not, whatever the others do, and of a sector that was written twice either content may.
//     Within itself a sector is whole.
//   - A file's size waits, too, on its own: a longer file whose sectors are missing reads as
//     zeros, and a cut may not have happened. Changes of one file's size happen in their order.
//   - Names wait until their directory is synced: created, linked, removed. Syncing a file does
//     nothing for its name. A rename within one directory happens whole or not at all. Renames of
//     several files may happen in any order.
#pragma once

#include <optional>

#include "simulation/image.hpp"

namespace persist::simulation {

inline constexpr std::uint64_t sector_bytes = 512;

class Disk {
 public:
  explicit Disk(const Image& image);

  void apply(const Event& event);

  // How many changes wait, oldest first.
  [[nodiscard]] std::size_t pending_count() const noexcept { return pending_.size(); }
  // The disk on which those have happened that `happened` says.
  [[nodiscard]] Image after_power_cut(const std::vector<bool>& happened) const;

 private:
  static constexpr Inode directory = static_cast<Inode>(-1);
  struct Naming {
    std::string path;
    std::optional<Inode> inode;  // none: the name goes; `directory` for one
  };
  struct Pending {
    enum class Kind { names, size, sector };
    Kind kind = Kind::names;
    std::vector<Naming> names = {};
    Inode inode = 0;
    std::uint64_t at = 0;      // the size; the sector's offset
    std::string bytes = {};    // of the sector
    bool is_given_up = false;  // a sync that covered it failed: no later one covers it again
  };
  // Sectors may lie behind the size, to be seen when it grows.
  struct Content {
    std::string bytes;
    std::uint64_t size = 0;
  };
  using Names = std::map<std::string, Inode>;

  void name(std::vector<Naming> names);
  void write(Inode inode, std::uint64_t offset, std::uint64_t end);
  void sync(Inode inode);
  void sync_directory(const std::string& path);
  static void change(Content& content, const Pending& pending);
  static void change(Names& names, const Naming& naming);

  std::map<Inode, Content> durable_;
  Names durable_names_;
  std::map<Inode, std::string> current_;
  std::vector<Pending> pending_;
};

}  // namespace persist::simulation
