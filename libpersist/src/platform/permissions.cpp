#include "platform/permissions.hpp"

namespace persist::platform {
namespace {

// A database that its owner cannot start on would be of no use; what lies in memory has no mode.
constexpr std::uint32_t owners_rights = 0600;
constexpr std::uint32_t group_rights = 02070;

}  // namespace

std::optional<FileInfo> as_private_as(const std::optional<FileInfo>& first,
                                      const std::optional<FileInfo>& second) {
  std::optional<FileInfo> like = first ? first : second;
  if (!like) return std::nullopt;
  if (first && second) {
    like->mode &= second->mode;
    if (first->group != second->group) like->mode &= ~group_rights;
  }
  like->mode |= owners_rights;
  return like;
}

}  // namespace persist::platform
