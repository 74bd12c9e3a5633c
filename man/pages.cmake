# The manual's pages: built and installed by man/, and held by the program for `persist help`.
set(persist_manual_pages
  persist.1 persist-embed.3 persist-formats.5 persist-rescue.7
  persist-bench.1 persist-compact.1 persist-completion.1 persist-convert.1 persist-diff.1
  persist-dump.1 persist-help.1 persist-import.1 persist-info.1 persist-load.1 persist-log.1
  persist-repair.1 persist-replay.1 persist-report.1 persist-snapshot.1 persist-verify.1)
