// Names straight from a symbol table, without a converted file: where the conversion failed.

#pragma once

#include <utility>

#include "analyzer/symbolize/files/function_table.h"
#include "analyzer/symbolize/names/readable_name.h"
#include "analyzer/symbolize/names/symbol_source.h"

namespace faultline {

class TableSource final : public SymbolSource {
 public:
  TableSource(FunctionTable table, LinkAddress link_base) : table_(std::move(table)), link_base_(link_base) {}
  [[nodiscard]] std::optional<ResolvedFrame> find(ImageOffset offset) const override;

 private:
  FunctionTable table_;
  LinkAddress link_base_;
  mutable ReadableNames names_;
};

}  // namespace faultline
