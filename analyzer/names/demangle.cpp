#include "analyzer/names/demangle.h"

#include <llvm/Demangle/Demangle.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>

#include "analyzer/names/cxx_name.h"
#include "analyzer/names/rust_name_size.h"
#include "analyzer/names/swift_name.h"
#include "core/process/deep_stack.h"

namespace faultline {
namespace {

constexpr std::size_t kLongestName = 16384;
/// A demangler recurses at most once for each character; a shorter name fits any thread's stack.
constexpr std::size_t kLongestOnOwnStack = 256;
constexpr std::size_t kLargestText = 65536;

bool is_cxx(std::string_view name) {
  const auto underscores = name.find_first_not_of('_');
  return underscores >= 1 && underscores <= 4 && name[underscores] == 'Z';
}

bool is_rust(std::string_view name) { return name.starts_with("_R") || name.starts_with("__R"); }

DemangledName read_rust(std::string_view name) {
  const std::string raw(name);
  name.remove_prefix(name.find('R') - 1);
  const auto size = rust_name_size(name, kLargestText);
  if (!size) return {raw, false};
  if (*size > kLargestText) return {raw, true};
  const std::unique_ptr<char, void (*)(void*)> text(llvm::rustDemangle(name), std::free);
  return {text ? text.get() : raw, false};
}

DemangledName read_cxx(std::string_view name) {
  auto read = read_cxx_name(name, kLargestText);
  if (read.text.empty()) return {std::string(name), read.too_large};
  return {std::move(read.text), false};
}

DemangledName read(std::string_view name) { return is_cxx(name) ? read_cxx(name) : read_rust(name); }

}  // namespace

DemangledName demangle(std::string_view name) {
  if (auto swift = swift_declaration(name.substr(0, kLongestName)); !swift.empty())
    return {std::move(swift), false};
  if (!is_cxx(name) && !is_rust(name)) return {std::string(name), false};
  if (name.size() > kLongestName) return {std::string(name), true};
  if (name.size() <= kLongestOnOwnStack) return read(name);
  DemangledName result{std::string(name), true};
  if (!run_on_deep_stack([&] { result = read(name); })) return {std::string(name), true};
  return result;
}

std::string demangled(std::string_view name) { return demangle(name).text; }

}  // namespace faultline
