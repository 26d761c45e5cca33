#include "app/ingest/site_labels.h"

#include "db/queries.h"

namespace faultline {

Result<std::vector<std::string>> change_labels(Store& store, std::string_view site, std::string_view label,
                                               LabelChange change, WallTime now) {
  if (label.empty() || label.find_first_of(" \t\n") != std::string_view::npos) {
    return fail(ErrorKind::invalid_argument,
                "a label is one word without blanks, such as known, FB13579 or fixed-in=25A354");
  }
  TRY_ASSIGN(auto keys, resolve_site(store, std::string(site)));
  for (const auto& key : keys)
    TRY(change == LabelChange::add ? store.add_label(key, label, now) : store.remove_label(key, label, now));
  return keys;
}

}  // namespace faultline
