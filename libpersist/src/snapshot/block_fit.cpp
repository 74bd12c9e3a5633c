#include "snapshot/block_fit.hpp"

#include <string>
#include <vector>

#include "snapshot/entry_scan.hpp"

namespace persist::snapshot {

bool goes_on_to_its_end(ByteView before, ByteView block) {
  std::string bytes(before);
  bytes += block;
  // From the back: where an entry begins from which entries lead to the end.
  std::vector<bool> leads(bytes.size() + 1);
  leads.back() = true;
  for (std::size_t at = bytes.size(); at-- > 0;) {
    const EntryScan scan = scan_entry(ByteView(bytes).substr(at), Decoding::until_fault);
    if (scan.fault == EntryFault::none) leads[at] = leads[at + scan.length_bytes];
    if (leads[at] && (at < before.size() || at == 0)) return true;
  }
  return false;
}

}  // namespace persist::snapshot
