#include "collector/plan/placeholders.h"

#include "core/base/check.h"

namespace faultline {
namespace {

Failure brace_error(std::string_view text, std::string_view what) {
  return fail(ErrorKind::invalid_argument, std::string(what) + " in \"" + std::string(text) +
                                               "\"; write {{ and }} for braces that are meant as such");
}

void add_literal(std::vector<TemplatePiece>& pieces, char c) {
  if (pieces.empty() || pieces.back().placeholder) pieces.push_back({});
  pieces.back().text += c;
}

const ParameterValue* find_parameter(const Cell& cell, std::string_view name) {
  for (const auto& [parameter, value] : cell.parameters) {
    if (parameter == name) return &value;
  }
  return nullptr;
}

}  // namespace

Result<std::vector<TemplatePiece>> split_template(std::string_view text) {
  std::vector<TemplatePiece> pieces;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if ((c == '{' || c == '}') && at + 1 < text.size() && text[at + 1] == c) {
      add_literal(pieces, c);
      ++at;
      continue;
    }
    if (c == '}') return brace_error(text, "a closing brace without its opening one");
    if (c != '{') {
      add_literal(pieces, c);
      continue;
    }
    const std::size_t end = text.find_first_of("{}", at + 1);
    if (end == std::string_view::npos || text[end] == '{') {
      return brace_error(text, "an opening brace without its closing one");
    }
    if (end == at + 1) return brace_error(text, "an empty placeholder");
    pieces.push_back({true, std::string(text.substr(at + 1, end - at - 1))});
    at = end;
  }
  return pieces;
}

std::optional<std::string> replace_placeholders(std::string_view text, const Cell& cell,
                                                const PlaceholderFolders& folders) {
  const auto pieces = split_template(text);
  CHECK(pieces.has_value());
  std::string out;
  for (const TemplatePiece& piece : *pieces) {
    if (!piece.placeholder) {
      out += piece.text;
      continue;
    }
    if (const ParameterValue* value = find_parameter(cell, piece.text)) {
      if (value->unset && pieces->size() == 1) return std::nullopt;
      out += value->value;
    } else if (piece.text == "samples") {
      out += folders.samples;
    } else {
      CHECK(piece.text == "campaign");
      out += folders.campaign;
    }
  }
  return out;
}

}  // namespace faultline
