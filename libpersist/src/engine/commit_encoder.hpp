// One commit as its log holds it.
#pragma once

#include <persist/release_line.hpp>
#include <string>

#include "engine/write_set.hpp"

namespace persist::engine {

// Of the records of a commit that would get this version: a frame's payload.
[[nodiscard]] std::uint64_t payload_bytes(const WriteSet& writes, Version version) noexcept;

// Appends the commit to `out`: a frame, or bare records in a legacy log. Error `no_memory`,
// with `out` as it was. A frame's payload fits: the caller has looked. Its
// `synced_to` is 0: LogFile sets it.
[[nodiscard]] Result<> append_commit(std::string& out, const WriteSet& writes, Version version,
                                     LogFormat format);

}  // namespace persist::engine
