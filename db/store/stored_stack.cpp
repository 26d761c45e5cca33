#include "db/store/stored_stack.h"

#include <cstdlib>

#include "db/sqlite/connection.h"

namespace faultline {

std::optional<std::uint64_t> maybe_hex(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return std::strtoull(row.text(column).c_str(), nullptr, 16);
}

Result<std::vector<StackFrameRow>> read_stack(Connection& connection, std::int64_t stack_id) {
  TRY_ASSIGN(auto statement,
             connection.prepare(
                 "SELECT i.name, i.path, i.uuid, f.image_offset_hex, t.value, f.symbol_offset_hex, "
                 "f.is_inlined FROM stack_frame f LEFT JOIN image i ON i.id = f.image_id LEFT JOIN text t "
                 "ON t.id = f.symbol_id WHERE f.stack_id = ? ORDER BY f.position"));
  statement.bind(stack_id);
  std::vector<StackFrameRow> frames;
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return frames;
    StackFrameRow frame;
    frame.image = statement.text(0);
    if (frame.image.empty()) {
      const std::string path = statement.text(1);
      frame.image = path.substr(path.rfind('/') + 1);
    }
    frame.image_uuid = statement.maybe_text(2);
    frame.image_offset = maybe_hex(statement, 3).value_or(0);
    frame.symbol = statement.text(4);
    frame.symbol_offset = maybe_hex(statement, 5);
    frame.inlined = statement.boolean(6);
    frames.push_back(std::move(frame));
  }
}

}  // namespace faultline
