#include <persist/snapshot_reader.hpp>

#include "snapshot/entry_reader.hpp"
#include "snapshot/lz4_source.hpp"
#include "snapshot/plain_source.hpp"
#include "snapshot/snapshot_front.hpp"

namespace persist {
namespace {

Result<> read_entries(File& file, const snapshot::Front& front, const SnapshotReadOptions& options,
                      SnapshotSink& sink, SnapshotSummary& summary) {
  if (front.lz4) {
    snapshot::Lz4Source source(file, front.begin, summary.size_bytes, *front.lz4, options.progress);
    PERSIST_TRY(snapshot::EntryReader(source, sink, summary).run());
    summary.lz4_ended = source.is_ended();
    summary.checksummed_bytes = source.checksummed_bytes();
    return {};
  }
  if (options.progress != nullptr) options.progress->fetch_add(front.begin);
  snapshot::PlainSource source(file, front.begin, summary.size_bytes, options.progress);
  return snapshot::EntryReader(source, sink, summary).run();
}

}  // namespace

Result<SnapshotSummary> read_snapshot(File& file, const SnapshotReadOptions& options,
                                      SnapshotSink& sink) {
  SnapshotSummary summary;
  PERSIST_TRY_ASSIGN(const FileInfo info, file.info());
  summary.size_bytes = info.size_bytes;
  PERSIST_TRY_ASSIGN(const snapshot::Front front, snapshot::read_front(file, info.size_bytes));
  summary.is_headed = front.is_headed;
  summary.covered = front.covered;
  summary.looks_like_lz4 = front.looks_like_lz4;
  if (front.lz4) summary.compression = Compression::lz4;
  for (const Damage& damage : front.damage) {
    summary.is_complete = false;
    if (!sink.on_damage(damage)) {
      summary.stopped = true;
      return summary;
    }
  }
  PERSIST_TRY(read_entries(file, front, options, sink, summary));
  return summary;
}

}  // namespace persist
