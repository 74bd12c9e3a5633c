#include <persist/persist.h>

const char* header_in_cpp();
const char* header_in_cpp() {
  return persist_version();
}
