// The layout of a database in the files of another release line.
#pragma once

#include <persist/convert.hpp>

#include "rewrite/layout.hpp"
#include "rewrite/source.hpp"

namespace persist::rewrite {

// Loses no version; renumbers them where the target would refuse or hide the greatest.
[[nodiscard]] Layout converted(const Source& source, const Survey& surveyed,
                               const ConvertOptions& options);

}  // namespace persist::rewrite
