// A list of name patterns with `*`, read from text and asked many times.

#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace faultline {

/// True if `pattern`, in which `*` stands for any text, matches the whole of `text`.
bool matches_pattern(std::string_view pattern, std::string_view text);

/// matches_pattern(), where an empty pattern matches anything.
bool matches_or_empty(std::string_view pattern, std::string_view text);

struct NamePattern {
  std::string image;     ///< Pattern of the image; empty for any.
  std::string function;  ///< Pattern of the function.
  std::string words;     ///< What stands after ` -> `; empty if nothing does.
};

/// Lines of `[image!]function[ -> words]`; the first matching line counts.
///
/// Names without `*` are found by hash, the others by their first letter: a question costs a fraction
/// of a microsecond with hundreds of lines. Immutable after construction; any number of threads.
class PatternList {
 public:
  PatternList() = default;
  /// Reads a list file: empty lines and lines that begin with `#` are left out.
  explicit PatternList(std::string_view text);

  /// Position of the first line that matches, or nullopt.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view image, std::string_view function) const;
  [[nodiscard]] const NamePattern& line(std::size_t position) const { return lines_[position]; }
  [[nodiscard]] std::size_t size() const { return lines_.size(); }

 private:
  void index(std::size_t position);

  std::vector<NamePattern> lines_;
  std::unordered_map<std::string, std::vector<std::size_t>> exact_;
  std::array<std::vector<std::size_t>, 256> by_first_letter_;  // Ascending.
  std::vector<std::size_t> any_first_letter_;                  // Patterns that begin with `*`.
};

}  // namespace faultline
