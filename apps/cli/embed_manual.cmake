# cmake -DPAGES=a.scd,b.scd -DOUTPUT=manual_pages.cpp -P embed_manual.cmake: the pages as C++ text.
string(REPLACE "," ";" pages "${PAGES}")
set(rows "")
foreach(page IN LISTS pages)
  get_filename_component(name ${page} NAME)
  string(REGEX REPLACE "[.]scd$" "" name ${name})
  file(READ ${page} text)
  string(APPEND rows "    ManualPage{\"${name}\", R\"scd(${text})scd\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"cli/manual.hpp\"

#include <array>

namespace persist::app {
namespace {

constexpr std::array pages{
${rows}};

}  // namespace

std::span<const ManualPage> manual_pages() noexcept {
  return pages;
}

}  // namespace persist::app
")
