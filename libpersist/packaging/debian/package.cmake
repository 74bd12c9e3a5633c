# The Debian packages, by `cpack` in the build directory: `persist` for who operates a database,
# `libpersist-dev` for who embeds the engine, and `libpersist1` for the programs that they built in C.
set(maintainers "The persist maintainers <maintainers@persist.invalid>")
set(debian_dir ${CMAKE_CURRENT_SOURCE_DIR}/debian)

# Debian's changelog is that of README.md in another dress.
file(READ ${PROJECT_SOURCE_DIR}/README.md readme)
string(REGEX MATCH "\n### ${PROJECT_VERSION}\n+([^#]+)" changes "${readme}")
string(STRIP "${CMAKE_MATCH_1}" changes)
if(NOT changes)
  message(FATAL_ERROR "README.md has no changelog of version ${PROJECT_VERSION}")
endif()
# Each item begins with "  * ", and Debian wants lines of at most 80 columns.
string(REPLACE ";" "," changes "${changes}")  # CMake parts lists there
string(REGEX REPLACE "\n +" " " changes "${changes}")
string(REGEX REPLACE "\n+(- )?" ";" changes "${changes}")
set(items "")
foreach(item IN LISTS changes)
  set(line "  *")
  string(REPLACE " " ";" words "${item}")
  foreach(word IN LISTS words)
    string(LENGTH "${line} ${word}" width)
    if(width GREATER 78)
      string(APPEND items "${line}\n")
      set(line "   ")
    endif()
    string(APPEND line " ${word}")
  endforeach()
  string(APPEND items "${line}\n")
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/README.md)
string(TIMESTAMP changes_date "%a, %d %b %Y %H:%M:%S +0000" UTC)  # SOURCE_DATE_EPOCH where it is set

set(CPACK_COMPONENT_PROGRAM_DEBIAN_NAME persist)
set(CPACK_COMPONENT_DEVELOPMENT_DEBIAN_NAME libpersist-dev)
set(CPACK_COMPONENT_RUNTIME_DEBIAN_NAME libpersist${PERSIST_C_ABI})
foreach(component IN ITEMS program development runtime)
  string(TOUPPER ${component} upper)
  set(package ${CPACK_COMPONENT_${upper}_DEBIAN_NAME})
  configure_file(debian/changelog.in ${CMAKE_CURRENT_BINARY_DIR}/${package}/changelog @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${package}/changelog ${debian_dir}/copyright
          DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component})
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${package})
  set(CPACK_DEBIAN_${upper}_FILE_NAME DEB-DEFAULT)
endforeach()

# What lintian says and why it is so; `persist` needs no exception.
foreach(component IN ITEMS development runtime)
  string(TOUPPER ${component} upper)
  set(package ${CPACK_COMPONENT_${upper}_DEBIAN_NAME})
  install(FILES ${debian_dir}/${package}.lintian-overrides
          DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME ${package}
          COMPONENT ${component})
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME persist)
set(CPACK_PACKAGE_CONTACT "${maintainers}")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
# What Debian wants compressed is compressed where the package is put together.
set(CPACK_PRE_BUILD_SCRIPTS ${debian_dir}/compress.cmake)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL program development runtime)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "man-db, less")
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION
  "SurrealDB's memory:// storage (SurrealMX) keeps an append-only log and a
snapshot. This program reads both as every release of the engine wrote them,
says what is wrong with them and what starting each release would do, brings
back what a crash left, and writes them anew: smaller, for another release,
or as they were at an earlier time.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS 
  "liblz4-dev, libxxhash-dev, libpersist${PERSIST_C_ABI} (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION
  "The library that the program persist is made of: an engine with snapshot
isolation that reads and writes the files of SurrealMX, and the tools that
verify, repair and rewrite them. Headers for C and C++, the static library for
C++, and what CMake and pkg-config need to find them.")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)  # for all components, of which one has a library
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${debian_dir}/triggers)
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION
  "The library that the program persist is made of, for programs in C and for
bindings of other languages: an engine with snapshot isolation that reads and
writes the files of SurrealMX, and the tools that verify and repair them.")
include(CPack)
