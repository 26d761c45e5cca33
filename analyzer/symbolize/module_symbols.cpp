#include "analyzer/symbolize/module_symbols.h"

#include <algorithm>
#include <utility>

#include "analyzer/symbolize/files/byte_view.h"
#include "analyzer/symbolize/files/mapped_file.h"
#include "analyzer/symbolize/gsym/gsym_source.h"
#include "analyzer/symbolize/table_source.h"

namespace faultline {

const ModuleAnswer* ModuleSymbols::find(ImageOffset offset) {
  const std::lock_guard lock(mutex_);
  if (!files_) find_files();
  auto known = known_.find(offset.value);
  if (known == known_.end()) known = known_.emplace(offset.value, look_up(offset)).first;
  return known->second ? &*known->second : nullptr;
}

std::vector<Issue> ModuleSymbols::issues() const {
  const std::lock_guard lock(mutex_);
  return issues_;
}

void ModuleSymbols::find_files() {
  files_ = finder_.find(image_, issues_);
  std::stable_partition(files_->begin(), files_->end(),
                        [](const FoundSymbols& found) { return found.slice.has_dwarf; });
}

ModuleSymbols::Source ModuleSymbols::open_file(const FoundSymbols& found) {
  const auto content = found.slice.has_dwarf ? GsymContent::dwarf : GsymContent::symbols;
  auto opened = cache_.open(found.path, found.slice, content, issues_);
  if (opened) return {std::make_unique<GsymSource>(std::move(*opened)), found.place, found.shown_path()};
  issues_.push_back({found.shown_path(), opened.error().text()});
  // The symbol table of a file whose DWARF cannot be read is still worth having.
  FunctionTable table;
  if (const auto file = MappedFile::open(found.path)) {
    const auto slice = ByteView(file->bytes()).slice(found.slice.offset, found.slice.size_bytes);
    if (slice) table = FunctionTable::read(*slice);
  }
  return {std::make_unique<TableSource>(std::move(table), found.slice.link_base), found.place,
          found.shown_path()};
}

std::optional<ModuleAnswer> ModuleSymbols::look_up(ImageOffset offset) {
  std::optional<ModuleAnswer> answer;
  for (std::size_t i = 0; i < files_->size(); ++i) {
    // A name without DWARF gives way to nothing but DWARF.
    if (answer && !(*files_)[i].slice.has_dwarf) break;
    if (i == sources_.size()) sources_.push_back(open_file((*files_)[i]));
    auto frame = sources_[i].symbols->find(offset);
    if (!frame || (answer && frame->origin != SymbolOrigin::dwarf)) continue;
    answer = ModuleAnswer{std::move(*frame), sources_[i].place, &sources_[i].file};
    if (answer->frame.origin == SymbolOrigin::dwarf) break;
  }
  return answer;
}

}  // namespace faultline
