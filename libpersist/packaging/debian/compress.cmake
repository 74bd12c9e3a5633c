# Run by cpack between collecting the files and packing them: compresses manual pages and changelogs,
# without the time and name that would make each build another file.
file(GLOB_RECURSE documents "${CPACK_TEMPORARY_DIRECTORY}/*")
list(FILTER documents INCLUDE REGEX "/share/(man/man[1-9]/[^/]*[.][1-9]|doc/[^/]*/changelog)$")
foreach(document IN LISTS documents)
  execute_process(COMMAND gzip -9n "${document}" COMMAND_ERROR_IS_FATAL ANY)
endforeach()
