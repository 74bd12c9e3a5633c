// errno as an Error.
#pragma once

#include <cerrno>
#include <expected>
#include <persist/result.hpp>
#include <string>

namespace persist::platform {

[[nodiscard]] inline ErrorCode code_of(int os_error) noexcept {
  switch (os_error) {
    case ENOENT:
    case ENOTDIR:
      return ErrorCode::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
    case ELOOP:         // a name that cannot be followed is no file that is not there:
    case ENAMETOOLONG:  // nothing may be created in its stead
      return ErrorCode::permission;
    case EEXIST:
      return ErrorCode::exists;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return ErrorCode::no_space;
    default:
      return ErrorCode::io;
  }
}

// `what` completes "cannot …".
[[nodiscard]] inline std::unexpected<Error> system_error(const std::string& path, const char* what,
                                                         int os_error = errno) {
  return std::unexpected(
      Error{code_of(os_error), std::string("cannot ") + what, path, std::nullopt, {}, os_error});
}

}  // namespace persist::platform
