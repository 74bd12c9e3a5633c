#include "inspect/commit_map.hpp"

#include <algorithm>

namespace persist {

void CommitMapper::add(std::uint64_t offset, Version version) {
  while (offset / map_.stretch_bytes >= CommitMap::max_stretches) halve();
  const auto at = static_cast<std::size_t>(offset / map_.stretch_bytes);
  if (at >= map_.stretches.size()) map_.stretches.resize(at + 1);
  ++map_.stretches[at].commits;
  map_.stretches[at].last_version = version;
}

// Each two stretches become one.
void CommitMapper::halve() {
  map_.stretch_bytes *= 2;
  std::vector<CommitMap::Stretch>& all = map_.stretches;
  for (std::size_t i = 0; i < all.size(); i += 2) {
    CommitMap::Stretch sum = all[i];
    if (i + 1 < all.size() && all[i + 1].commits > 0) {
      sum.commits += all[i + 1].commits;
      sum.last_version = all[i + 1].last_version;
    }
    all[i / 2] = sum;
  }
  all.resize((all.size() + 1) / 2);
}

}  // namespace persist
