// Names from a GSYM file.

#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "analyzer/symbolize/gsym/gsym_file.h"
#include "analyzer/symbolize/names/readable_name.h"
#include "analyzer/symbolize/names/symbol_source.h"

namespace faultline {

class GsymSource final : public SymbolSource {
 public:
  explicit GsymSource(GsymFile file) : file_(std::move(file)) {}
  [[nodiscard]] std::optional<ResolvedFrame> find(ImageOffset offset) const override;

 private:
  [[nodiscard]] std::string_view path_of(const GsymLocation& location) const;

  GsymFile file_;
  mutable ReadableNames names_;
  mutable std::mutex mutex_;                                                  // Of paths_.
  mutable std::map<std::pair<const char*, const char*>, std::string> paths_;  // By folder and file.
};

}  // namespace faultline
