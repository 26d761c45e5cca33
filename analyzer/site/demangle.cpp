#include "analyzer/site/demangle.h"

#include <llvm/Demangle/Demangle.h>

namespace faultline {

std::string demangled(std::string_view name) {
  const bool mangled = name.starts_with("_Z") || name.starts_with("__Z") || name.starts_with("___Z") ||
                       name.starts_with("_R") || name.starts_with("__R");
  return mangled ? llvm::demangle(name) : std::string(name);
}

}  // namespace faultline
