// Stores once what repeats: texts, attributes, images, stacks, image sets and sites, by content.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/result.h"
#include "core/model/analysis.h"

namespace faultline {

class Connection;

/// Whether a site is met by a report that comes in, or all are derived anew.
enum class SiteWriting { met, anew };

/// The id of a text, which gets a row where it has none.
Result<std::int64_t> intern_text(Connection& connection, std::string_view value);

/// Gives local ids for content, making rows as needed; to be used inside a transaction.
///
/// Remembers ids that it gave, so that a campaign's thousandth equal stack costs a hash. What it
/// remembers is void after a rollback: forget() then.
///
/// Ownership: refers to the connection, which must outlive it. Threads: those of its connection.
class Interner {
 public:
  explicit Interner(Connection& connection) : connection_(connection) {}

  Result<std::int64_t> text(std::string_view value);
  /// nullopt for empty text.
  Result<std::optional<std::int64_t>> text_or_null(std::string_view value);
  Result<std::optional<std::int64_t>> optional_text(const std::optional<std::string>& value);
  /// nullopt for empty text.
  Result<std::optional<std::int64_t>> attribute(std::string_view name, std::string_view value);

  struct KeyedId {
    std::int64_t id = 0;
    std::string key;
  };
  Result<KeyedId> image(const Image& image);
  /// `images` are the ids of report.images, in order.
  Result<std::int64_t> image_set(const std::vector<KeyedId>& images);
  Result<std::int64_t> stack(const std::vector<Frame>& frames, const std::vector<KeyedId>& images);
  /// Labels come from a rules file. Who derives without one (its version has no `+`) does not take away what
  /// a file gave before, unless everything is derived `anew`; of one version the longer list holds.
  Result<std::int64_t> site(const CrashSite& site, const std::vector<std::string>& labels,
                            std::string_view rules_version, SiteWriting writing);

  void forget();

 private:
  /// The id of what is remembered, or stored, under its content key; nullopt where it is new.
  Result<std::optional<std::int64_t>> find_by_key(const std::string& cache_key, std::string_view select,
                                                  const std::string& key);
  std::optional<std::int64_t> remembered(const std::string& cache_key) const;
  void remember(std::string cache_key, std::int64_t id);

  Connection& connection_;
  std::unordered_map<std::string, std::int64_t> ids_;
};

}  // namespace faultline
