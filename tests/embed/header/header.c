#include <persist/persist.h>

const char *header_in_c(void);
const char *header_in_c(void) {
  return persist_version();
}
