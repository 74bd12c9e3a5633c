#include "rewrite/kept_files.hpp"

#include <utility>

#include "platform/paths.hpp"

namespace persist::rewrite {
namespace {

constexpr std::uint64_t max_names_tried = 1000;

// Empty: the file system has no second names.
Result<std::string> link_beside(FileSystem& files, const std::string& target,
                                std::string_view suffix) {
  for (std::uint64_t number = 0; number < max_names_tried; ++number) {
    // A name by which it is recognized as a leftover.
    std::string name = platform::temporary_name(target, number, suffix);
    const auto linked = files.link(target, name);
    if (linked) return name;
    if (linked.error().code == ErrorCode::unsupported) return std::string();
    if (linked.error().code != ErrorCode::exists) return std::unexpected(linked.error());
  }
  return fail(ErrorCode::exists, target, "no name is left to keep it under");
}

}  // namespace

Result<> KeptFiles::keep(const std::string& target, std::string_view suffix) {
  const auto original = files_->info(target);
  if (!original && original.error().code != ErrorCode::not_found) {
    return std::unexpected(original.error());
  }
  Kept kept{target, {}, std::nullopt, std::nullopt};
  if (original) {
    kept.original = *original;
    PERSIST_TRY_ASSIGN(kept.second_name, link_beside(*files_, target, suffix));
  }
  kept_.push_back(std::move(kept));
  return {};
}

void KeptFiles::note_replacement() noexcept {
  if (kept_.empty() || kept_.back().replacement) return;
  if (const auto now = files_->info(kept_.back().target)) kept_.back().replacement = *now;
}

bool KeptFiles::put_back(const Kept& kept) const noexcept {
  const auto now = files_->info(kept.target);
  const bool is_original = now ? kept.original && now->is_same_file(*kept.original)
                               : !kept.original && now.error().code == ErrorCode::not_found;
  const bool is_ours = now && kept.replacement && now->is_same_file(*kept.replacement) &&
                       now->size_bytes == kept.replacement->size_bytes &&
                       now->modified_ns == kept.replacement->modified_ns;
  const bool has_copy = !kept.second_name.empty();
  if (!is_original && is_ours && (has_copy || !kept.original)) {
    const auto done =
        has_copy ? files_->rename(kept.second_name, kept.target) : files_->remove(kept.target);
    static_cast<void>(files_->sync_directory(platform::parent_of(kept.target)));
    if (done) return true;
  }
  // The file in place is the old one, or somebody else's, or a new one that cannot be taken away
  // but beside which the old files mean the same state.
  if (has_copy) static_cast<void>(files_->remove(kept.second_name));
  return is_original;
}

bool KeptFiles::put_back() noexcept {
  bool all_are_back = true;
  for (; !kept_.empty(); kept_.pop_back()) all_are_back = put_back(kept_.back()) && all_are_back;
  return all_are_back;
}

void KeptFiles::forget() noexcept {
  for (const Kept& kept : kept_) {
    if (!kept.second_name.empty()) static_cast<void>(files_->remove(kept.second_name));
  }
  kept_.clear();
}

}  // namespace persist::rewrite
