// A document as one JSON value: for other programs, and as the data of the interactive page.

#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reports/documents/document.h"

namespace faultline {

/// The object described by docs/schema/campaign_report.schema.json: `title`, `findings` (what stands out in
/// the lead), `sections`, each with its paragraphs, lists, facts, tables, plots and details (folds).
///
/// For programs, texts are as they came, and tables have every field under its key. For people, texts have
/// their controls and bidirectional signs shown, and tables are columns and cells, each cell with the number
/// that it is sorted by.
nlohmann::ordered_json document_json(const Document& document, TableAudience audience);

}  // namespace faultline
