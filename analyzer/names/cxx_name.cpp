#include "analyzer/names/cxx_name.h"

#include <llvm/Demangle/ItaniumDemangle.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <type_traits>
#include <unordered_map>
#include <vector>

namespace faultline {
namespace {

using llvm::itanium_demangle::ForwardTemplateReference;
using llvm::itanium_demangle::Node;
using llvm::itanium_demangle::NodeArray;
using llvm::itanium_demangle::ParameterPack;
using llvm::itanium_demangle::ParameterPackExpansion;

/// What stands between the parts of a node, such as ` const volatile&&` and `(anonymous namespace)`. The
/// longest, `std::basic_string<char, …>` in whole, is no part of one.
constexpr std::uint64_t kOwnText = 24;
/// Printing asks for each pointer what it points to in the end: depth costs its square.
constexpr int kDeepestTree = 512;

/// The tree keeps its nodes in one place and frees them together.
class NodeAllocator {
 public:
  void reset() { blocks_.clear(); }

  template <typename T, typename... Args>
  T* makeNode(Args&&... args) {
    return new (take(sizeof(T))) T(std::forward<Args>(args)...);
  }
  void* allocateNodeArray(std::size_t count) { return take(sizeof(Node*) * count); }

 private:
  void* take(std::size_t bytes) {
    bytes = (bytes + 15U) & ~static_cast<std::size_t>(15U);
    if (blocks_.empty() || used_ + bytes > size_) {
      size_ = std::max<std::size_t>(bytes, 4096);
      blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(size_));
      used_ = 0;
    }
    void* const place = blocks_.back().get() + used_;
    used_ += bytes;
    return place;
  }

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::size_t used_ = 0;
  std::size_t size_ = 0;  // Of the last block.
};

struct Parser : llvm::itanium_demangle::AbstractManglingParser<Parser, NodeAllocator> {
  using AbstractManglingParser::AbstractManglingParser;
};

/// An upper bound of the text that a tree prints.
class TreeSize {
 public:
  explicit TreeSize(std::uint64_t limit) : limit_(limit) {}

  /// False: more than the limit, too deep, or a part that holds itself.
  bool fits(const Node* root) {
    measure(root);  // Finds the largest pack, by which an expansion multiplies.
    known_.clear();
    const auto size = measure(root);
    return !refused_ && size.fixed + size.pack <= limit_;
  }

 private:
  /// Of an expansion's child, `fixed` is printed for each member of the pack, and `pack` once in all.
  struct Size {
    std::uint64_t fixed = 0;
    std::uint64_t pack = 0;
    bool in_progress = false;
  };

  Size measure(const Node* node) {
    if (node == nullptr || refused_) return {};
    if (const auto known = known_.find(node); known != known_.end()) {
      if (known->second.in_progress) refused_ = true;
      return known->second;
    }
    if (depth_ >= kDeepestTree) {
      refused_ = true;
      return {};
    }
    known_[node].in_progress = true;
    ++depth_;
    Size size = measure_parts(node);
    --depth_;
    size.fixed =
        std::min(size.fixed, limit_ + 1);  // Beyond the limit it no longer matters, and cannot overflow.
    size.pack = std::min(size.pack, limit_ + 1);
    known_[node] = size;
    return size;
  }

  Size measure_parts(const Node* node) {
    Size size{kOwnText, 0, false};
    node->visit([&](const auto* concrete) {
      using Concrete = std::remove_cv_t<std::remove_pointer_t<decltype(concrete)>>;
      if constexpr (std::is_same_v<Concrete, ForwardTemplateReference>) {
        add(size, concrete->Ref);
      } else {
        concrete->match([&](const auto&... parts) { (add(size, parts), ...); });
      }
      if constexpr (std::is_same_v<Concrete, ParameterPack>) {
        size = {0, size.fixed + size.pack, false};
      } else if constexpr (std::is_same_v<Concrete, ParameterPackExpansion>) {
        size = {size.fixed * largest_pack_ + size.pack, 0, false};
      }
    });
    return size;
  }

  template <typename Part>
  void add(Size& size, const Part& part) {
    if constexpr (std::is_same_v<Part, NodeArray>) {
      largest_pack_ = std::max<std::uint64_t>(largest_pack_, part.size());
      for (const Node* const member : part) add(size, member);
    } else if constexpr (std::is_convertible_v<Part, const Node*>) {
      const auto inner = measure(part);
      size.fixed += inner.fixed;
      size.pack += inner.pack;
    } else if constexpr (std::is_same_v<Part, std::string_view>) {
      size.fixed += part.size();
    } else if constexpr (std::is_same_v<Part, llvm::itanium_demangle::SpecialSubKind>) {
      size.fixed += sizeof "std::basic_iostream<char, std::char_traits<char>, std::allocator<char>>";
    }
  }

  std::uint64_t limit_;
  std::uint64_t largest_pack_ = 1;
  int depth_ = 0;
  bool refused_ = false;
  std::unordered_map<const Node*, Size> known_;
};

/// A name with so few references cannot grow much: each at most doubles what stands before it.
bool is_small_when_written_out(std::string_view name) {
  constexpr std::size_t kLongest = 512;
  constexpr std::ptrdiff_t kMostReferences = 6;
  const auto references =
      std::count(name.begin(), name.end(), 'S') + std::count(name.begin(), name.end(), 'T');
  return name.size() <= kLongest && references <= kMostReferences &&
         name.find("Dp") == std::string_view::npos;
}

}  // namespace

CxxName read_cxx_name(std::string_view name, std::size_t limit_bytes) {
  Parser parser(name.data(), name.data() + name.size());
  const Node* const tree = parser.parse();
  if (tree == nullptr) return {};
  // A bound, not the size: names that really have the limit's length come to several times as much.
  if (!is_small_when_written_out(name) && !TreeSize(8 * limit_bytes).fits(tree)) return {{}, true};
  llvm::itanium_demangle::OutputBuffer out;
  tree->print(out);
  CxxName read;
  read.too_large = out.getCurrentPosition() > limit_bytes;
  if (!read.too_large) read.text.assign(out.getBuffer(), out.getCurrentPosition());
  std::free(out.getBuffer());
  return read;
}

}  // namespace faultline
