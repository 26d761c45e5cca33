#include "analyzer/symbolize/shared_cache/export_trie.h"

#include <llvm/BinaryFormat/MachO.h>

#include <optional>
#include <unordered_set>
#include <utility>

#include "analyzer/symbolize/files/byte_view.h"
#include "analyzer/symbolize/files/macho_file.h"

namespace faultline {
namespace {

namespace macho = llvm::MachO;

constexpr std::size_t kLongestName = 65536;
constexpr std::size_t kMostNameBytes = 256U << 20;

class TrieReader {
 public:
  explicit TrieReader(std::string_view trie) : trie_(trie) {}

  std::vector<ExportedSymbol> read() {
    waiting_.push_back({0, {}});
    while (!waiting_.empty() && name_bytes_ < kMostNameBytes) {
      Node node = std::move(waiting_.back());
      waiting_.pop_back();
      if (seen_.insert(node.offset).second) read_node(node);
    }
    return std::move(symbols_);
  }

 private:
  struct Node {
    std::size_t offset = 0;
    std::string prefix;
  };

  void read_node(const Node& node) {
    std::size_t at = node.offset;
    const auto size = read_uleb128(trie_, at);
    if (!size || *size > trie_.size() - at) return;
    if (*size > 0) read_terminal(node, trie_.substr(at, *size));
    at += *size;
    if (at >= trie_.size()) return;
    const auto children = static_cast<std::uint8_t>(trie_[at++]);
    for (unsigned i = 0; i < children; ++i) {
      const auto label = ByteView(trie_).c_string(at, kLongestName);
      if (!label) return;
      at += label->size() + 1;
      const auto child = read_uleb128(trie_, at);
      if (!child || *child >= trie_.size()) return;
      if (node.prefix.size() + label->size() > kLongestName) continue;
      name_bytes_ += node.prefix.size() + label->size();
      waiting_.push_back({static_cast<std::size_t>(*child), node.prefix + std::string(*label)});
    }
  }

  void read_terminal(const Node& node, std::string_view info) {
    std::size_t at = 0;
    const auto flags = read_uleb128(info, at);
    if (!flags || (*flags & macho::EXPORT_SYMBOL_FLAGS_REEXPORT) != 0) return;
    const auto kind = *flags & macho::EXPORT_SYMBOL_FLAGS_KIND_MASK;
    if (kind != macho::EXPORT_SYMBOL_FLAGS_KIND_REGULAR) return;
    const auto offset = read_uleb128(info, at);  // With a resolver this is the stub's.
    if (offset && !node.prefix.empty()) symbols_.push_back({node.prefix, *offset});
  }

  std::string_view trie_;
  std::vector<Node> waiting_;
  std::unordered_set<std::size_t> seen_;
  std::vector<ExportedSymbol> symbols_;
  std::size_t name_bytes_ = 0;
};

}  // namespace

std::vector<ExportedSymbol> read_export_trie(std::string_view trie) {
  return trie.empty() ? std::vector<ExportedSymbol>() : TrieReader(trie).read();
}

}  // namespace faultline
