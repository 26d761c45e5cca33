#include "analyzer/symbolize/module_symbols.h"

#include <utility>

#include "analyzer/symbolize/byte_view.h"
#include "analyzer/symbolize/gsym_source.h"
#include "analyzer/symbolize/mapped_file.h"
#include "analyzer/symbolize/table_source.h"

namespace faultline {

const ModuleAnswer* ModuleSymbols::find(ImageOffset offset) {
  const std::lock_guard lock(mutex_);
  if (!opened_) open();
  auto known = known_.find(offset);
  if (known == known_.end()) known = known_.emplace(offset, look_up(offset)).first;
  return known->second ? &*known->second : nullptr;
}

std::vector<Issue> ModuleSymbols::issues() const {
  const std::lock_guard lock(mutex_);
  return issues_;
}

void ModuleSymbols::open() {
  opened_ = true;
  const auto found = finder_.find(image_, issues_);
  for (const auto& file : found) {
    if (file.slice.has_dwarf) open_file(file, GsymContent::dwarf);
  }
  for (const auto& file : found) {
    if (!file.slice.has_dwarf) open_file(file, GsymContent::symbols);
  }
}

void ModuleSymbols::open_file(const FoundSymbols& found, GsymContent content) {
  auto opened = cache_.open(found.path, found.slice, content, issues_);
  if (opened) {
    sources_.push_back({std::make_unique<GsymSource>(std::move(*opened)), found.place, found.path});
    return;
  }
  issues_.push_back({found.path.string(), opened.error().text()});
  // The symbol table of a file whose DWARF cannot be read is still worth having.
  const auto file = MappedFile::open(found.path);
  if (!file) return;
  const auto slice = ByteView(file->bytes()).slice(found.slice.offset, found.slice.size_bytes);
  if (!slice) return;
  sources_.push_back({std::make_unique<TableSource>(FunctionTable::read(*slice), found.slice.link_base),
                      found.place, found.path});
}

std::optional<ModuleAnswer> ModuleSymbols::look_up(ImageOffset offset) const {
  std::optional<ModuleAnswer> answer;
  for (const auto& source : sources_) {
    auto frame = source.symbols->find(offset);
    if (!frame) continue;
    const bool better =
        !answer || (answer->frame.origin != SymbolOrigin::dwarf && frame->origin == SymbolOrigin::dwarf);
    if (better) answer = ModuleAnswer{std::move(*frame), source.place, source.file};
    if (answer->frame.origin == SymbolOrigin::dwarf) break;
  }
  return answer;
}

}  // namespace faultline
