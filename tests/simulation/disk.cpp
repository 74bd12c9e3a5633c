#include "simulation/disk.hpp"

#include <algorithm>

namespace persist::simulation {

using Kind = Event::Kind;

Disk::Disk(const Image& image) : durable_names_(image.names) {
  for (Inode inode = 0; inode < image.files.size(); ++inode) {
    const std::string& bytes = image.files[inode];
    durable_[inode] = {bytes, bytes.size()};
    current_[inode] = bytes;
  }
  for (const std::string& path : image.directories) durable_names_.emplace(path, directory);
}

void Disk::apply(const Event& event) {
  switch (event.kind) {
    case Kind::create:
      durable_[event.inode] = {};
      current_[event.inode] = {};
      return name({{event.path, event.inode}});
    case Kind::make_directory:
      return name({{event.path, directory}});
    case Kind::link:
      return name({{event.to, event.inode}});
    case Kind::remove:
      return name({{event.path, std::nullopt}});
    case Kind::rename:
      return name({{event.to, event.inode}, {event.path, std::nullopt}});
    case Kind::write: {
      std::string& bytes = current_[event.inode];
      const std::size_t end = event.offset + event.bytes.size();
      if (bytes.size() < end) {
        bytes.resize(end);
        pending_.push_back({.kind = Pending::Kind::size, .inode = event.inode, .at = end});
      }
      bytes.replace(event.offset, event.bytes.size(), event.bytes);
      return write(event.inode, event.offset, end);
    }
    case Kind::truncate: {
      current_[event.inode].resize(event.offset);
      pending_.push_back({.kind = Pending::Kind::size, .inode = event.inode, .at = event.offset});
      return;
    }
    case Kind::sync:
      return sync(event.inode);
    case Kind::failed_sync:
      for (Pending& pending : pending_) {
        const bool is_named = pending.kind == Pending::Kind::names;
        if (!is_named && pending.inode == event.inode) pending.is_given_up = true;
      }
      return;
    case Kind::sync_directory:
      return sync_directory(event.path);
    case Kind::promise:
      return;
  }
}

void Disk::name(std::vector<Naming> names) {
  pending_.push_back({.kind = Pending::Kind::names, .names = std::move(names)});
}

// The bytes are in `current_` already.
void Disk::write(Inode inode, std::uint64_t offset, std::uint64_t end) {
  const std::string& bytes = current_[inode];
  for (std::uint64_t at = offset - offset % sector_bytes; at < end; at += sector_bytes) {
    std::string sector = bytes.substr(at, sector_bytes);
    sector.resize(sector_bytes);
    pending_.push_back(
        {.kind = Pending::Kind::sector, .inode = inode, .at = at, .bytes = std::move(sector)});
  }
}

void Disk::sync(Inode inode) {
  std::vector<Pending> left;
  const auto is_replaced = [&](const Pending& old) {
    return std::ranges::any_of(pending_, [&](const Pending& other) {
      return !other.is_given_up && other.inode == inode && other.kind == old.kind &&
             (old.kind == Pending::Kind::size || other.at == old.at);
    });
  };
  for (const Pending& pending : pending_) {
    if (pending.kind == Pending::Kind::names || pending.inode != inode) {
      left.push_back(pending);
    } else if (!pending.is_given_up) {
      change(durable_[inode], pending);
    } else if (!is_replaced(pending)) {
      left.push_back(pending);
    }
  }
  pending_ = std::move(left);
}

// A rename to another directory is on the disk when the one it left is; when only the other is
// synced, the old name may still be there.
void Disk::sync_directory(const std::string& path) {
  std::vector<Pending> left;
  for (Pending& pending : pending_) {
    if (pending.kind != Pending::Kind::names) {
      left.push_back(std::move(pending));
      continue;
    }
    const bool is_whole = parent_of(pending.names.back().path) == path;
    std::vector<Naming> waiting;
    for (Naming& naming : pending.names) {
      if (is_whole || parent_of(naming.path) == path) {
        change(durable_names_, naming);
      } else {
        waiting.push_back(std::move(naming));
      }
    }
    if (waiting.empty()) continue;
    pending.names = std::move(waiting);
    left.push_back(std::move(pending));
  }
  pending_ = std::move(left);
}

void Disk::change(Content& content, const Pending& pending) {
  if (pending.kind == Pending::Kind::sector) {
    const std::size_t end = pending.at + pending.bytes.size();
    if (content.bytes.size() < end) content.bytes.resize(end);
    content.bytes.replace(pending.at, pending.bytes.size(), pending.bytes);
    return;
  }
  if (pending.at < content.size) content.bytes.resize(pending.at);
  content.size = pending.at;
}

void Disk::change(Names& names, const Naming& naming) {
  if (naming.inode) {
    names.insert_or_assign(naming.path, *naming.inode);
  } else {
    names.erase(naming.path);
  }
}

Image Disk::after_power_cut(const std::vector<bool>& happened) const {
  Names names = durable_names_;
  std::map<Inode, Content> changed;
  // Sizes of one file change in order: with a later one all earlier ones have happened.
  std::map<Inode, std::size_t> last_size;
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    if (happened[i] && pending_[i].kind == Pending::Kind::size) last_size[pending_[i].inode] = i;
  }
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    const Pending& pending = pending_[i];
    if (pending.kind == Pending::Kind::names) {
      if (happened[i]) {
        for (const Naming& naming : pending.names) change(names, naming);
      }
      continue;
    }
    const auto size = last_size.find(pending.inode);
    const bool is_implied =
        pending.kind == Pending::Kind::size && size != last_size.end() && i <= size->second;
    if (!happened[i] && !is_implied) continue;
    const auto content =
        changed.try_emplace(pending.inode, durable_.find(pending.inode)->second).first;
    change(content->second, pending);
  }
  Image image;
  std::map<Inode, Inode> numbers;
  for (const auto& [path, inode] : names) {
    const std::string parent = parent_of(path);
    if (parent != "/" && !image.directories.contains(parent)) continue;  // lost with its directory
    if (inode == directory) {
      image.directories.insert(path);
      continue;
    }
    const auto [number, is_new] = numbers.try_emplace(inode, image.files.size());
    if (is_new) {
      const auto found = changed.find(inode);
      const Content& content =
          found != changed.end() ? found->second : durable_.find(inode)->second;
      image.files.push_back(content.bytes);
      image.files.back().resize(content.size);
    }
    image.names.emplace(path, number->second);
  }
  return image;
}

}  // namespace persist::simulation
