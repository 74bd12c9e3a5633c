#include <persist/persist.h>

const char* persist_version(void) {
  return PERSIST_VERSION;
}
