#include "db/store/interner.h"

#include "core/base/hash.h"
#include "db/sqlite/connection.h"
#include "db/sqlite/json_text.h"

namespace faultline {
namespace {

constexpr std::size_t kRemembered = 200'000;

/// Parts of a content key are joined with this, which no name holds.
constexpr char kSeparator = '\x1f';

void add_part(std::string& content, std::string_view part) {
  content += part;
  content += kSeparator;
}

std::string image_content(const Image& image) {
  std::string content;
  add_part(content, image.uuid ? image.uuid->text() : std::string());
  add_part(content, image.build_id);
  // An absent name and an empty one differ.
  for (const auto* part : {&image.name, &image.path, &image.arch, &image.bundle_id,
                           &image.bundle_short_version, &image.bundle_version}) {
    add_part(content, *part ? "=" + **part : std::string());
  }
  add_part(content, image.source);
  add_part(content, hex16(image.size_bytes));
  return content;
}

}  // namespace

Result<std::int64_t> intern_text(Connection& connection, std::string_view value) {
  {
    TRY_ASSIGN(auto statement, connection.prepare("SELECT id FROM text WHERE value = ?"));
    statement.bind(value);
    TRY_ASSIGN(const bool found, statement.step());
    if (found) return statement.integer(0);
  }
  TRY_ASSIGN(auto statement, connection.prepare("INSERT INTO text (value) VALUES (?)"));
  statement.bind(value);
  TRY(statement.run());
  return connection.last_insert_id();
}

std::optional<std::int64_t> Interner::remembered(const std::string& cache_key) const {
  const auto it = ids_.find(cache_key);
  if (it == ids_.end()) return std::nullopt;
  return it->second;
}

void Interner::remember(std::string cache_key, std::int64_t id) {
  if (ids_.size() >= kRemembered) ids_.clear();
  ids_.emplace(std::move(cache_key), id);
}

void Interner::forget() { ids_.clear(); }

Result<std::optional<std::int64_t>> Interner::find_by_key(const std::string& cache_key,
                                                          std::string_view select, const std::string& key) {
  if (const auto id = remembered(cache_key)) return id;
  TRY_ASSIGN(auto statement, connection_.prepare(select));
  statement.bind(key);
  TRY_ASSIGN(const bool found, statement.step());
  if (!found) return std::nullopt;
  remember(cache_key, statement.integer(0));
  return statement.integer(0);
}

Result<std::int64_t> Interner::text(std::string_view value) {
  std::string cache_key = "t" + std::string(value);
  if (const auto id = remembered(cache_key)) return *id;
  TRY_ASSIGN(const std::int64_t id, intern_text(connection_, value));
  remember(std::move(cache_key), id);
  return id;
}

Result<std::optional<std::int64_t>> Interner::text_or_null(std::string_view value) {
  if (value.empty()) return std::nullopt;
  TRY_ASSIGN(const std::int64_t id, text(value));
  return id;
}

Result<std::optional<std::int64_t>> Interner::optional_text(const std::optional<std::string>& value) {
  return text_or_null(value ? std::string_view(*value) : std::string_view());
}

Result<std::optional<std::int64_t>> Interner::attribute(std::string_view name, std::string_view value) {
  if (value.empty()) return std::nullopt;
  std::string cache_key = "a" + std::string(name) + kSeparator + std::string(value);
  if (const auto id = remembered(cache_key)) return id;
  std::optional<std::int64_t> id;
  {
    TRY_ASSIGN(auto statement, connection_.prepare("SELECT id FROM attribute WHERE name = ? AND value = ?"));
    TRY_ASSIGN(const bool found, statement.with(name, value).step());
    if (found) id = statement.integer(0);
  }
  if (!id) {
    TRY_ASSIGN(auto statement, connection_.prepare("INSERT INTO attribute (name, value) VALUES (?, ?)"));
    TRY(statement.with(name, value).run());
    id = connection_.last_insert_id();
  }
  remember(std::move(cache_key), *id);
  return id;
}

Result<Interner::KeyedId> Interner::image(const Image& image) {
  KeyedId keyed;
  keyed.key = hash128_hex(image_content(image));
  std::string cache_key = "i" + keyed.key;
  TRY_ASSIGN(const auto known, find_by_key(cache_key, "SELECT id FROM image WHERE key = ?", keyed.key));
  if (known) {
    keyed.id = *known;
    return keyed;
  }
  const std::string uuid = image.uuid ? image.uuid->text() : std::string();
  const std::string size = hex16(image.size_bytes);
  TRY_ASSIGN(
      auto statement,
      connection_.prepare("INSERT INTO image (key, uuid, build_id, name, path, arch, source, size_hex, "
                          "bundle_id, bundle_short_version, bundle_version) "
                          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  statement.bind(keyed.key).bind_or_null(uuid).bind_or_null(image.build_id);
  statement.with(image.name, image.path, image.arch).bind_or_null(image.source).bind(size);
  statement.with(image.bundle_id, image.bundle_short_version, image.bundle_version);
  TRY(statement.run());
  keyed.id = connection_.last_insert_id();
  remember(std::move(cache_key), keyed.id);
  return keyed;
}

Result<std::int64_t> Interner::image_set(const std::vector<KeyedId>& images) {
  std::string content;
  for (const auto& image : images) content += image.key;
  const std::string key = hash128_hex(content);
  const std::string cache_key = "m" + key;
  TRY_ASSIGN(const auto known, find_by_key(cache_key, "SELECT id FROM image_set WHERE key = ?", key));
  if (known) return *known;
  {
    TRY_ASSIGN(auto statement, connection_.prepare("INSERT INTO image_set (key, image_count) VALUES (?, ?)"));
    TRY(statement.with(key, static_cast<std::int64_t>(images.size())).run());
  }
  const std::int64_t id = connection_.last_insert_id();
  TRY_ASSIGN(auto member,
             connection_.prepare("INSERT INTO image_set_member (image_set_id, position, image_id) "
                                 "VALUES (?, ?, ?)"));
  for (std::size_t i = 0; i < images.size(); ++i) {
    TRY(member.with(id, static_cast<std::int64_t>(i), images[i].id).run_and_reset());
  }
  remember(cache_key, id);
  return id;
}

Result<std::int64_t> Interner::stack(const std::vector<Frame>& frames, const std::vector<KeyedId>& images) {
  std::vector<KeyedId> frame_images;
  frame_images.reserve(frames.size());
  std::vector<std::string> offsets;
  offsets.reserve(frames.size());
  std::string content;
  for (const Frame& frame : frames) {
    KeyedId image_of_frame;
    if (frame.image_index && *frame.image_index < images.size()) {
      image_of_frame = images[*frame.image_index];
    } else if (frame.image_name) {
      Image named;
      named.name = frame.image_name;
      TRY_ASSIGN(image_of_frame, image(named));
    }
    // A frame without an image still has the address that was printed.
    const bool has_image = frame.image_index.has_value();
    offsets.push_back(hex16(!has_image && frame.address ? frame.address->value : frame.image_offset.value));
    add_part(content, image_of_frame.key);
    add_part(content, offsets.back());
    add_part(content, frame.symbol ? "=" + *frame.symbol : std::string());
    add_part(content, frame.symbol_location ? hex16(*frame.symbol_location) : std::string());
    add_part(content, frame.inlined ? "i" : "");
    frame_images.push_back(std::move(image_of_frame));
  }
  const std::string key = hash128_hex(content);
  const std::string cache_key = "s" + key;
  TRY_ASSIGN(const auto known, find_by_key(cache_key, "SELECT id FROM stack WHERE key = ?", key));
  if (known) return *known;
  {
    TRY_ASSIGN(auto statement, connection_.prepare("INSERT INTO stack (key, frame_count) VALUES (?, ?)"));
    TRY(statement.with(key, static_cast<std::int64_t>(frames.size())).run());
  }
  const std::int64_t id = connection_.last_insert_id();
  TRY_ASSIGN(auto row,
             connection_.prepare("INSERT INTO stack_frame (stack_id, position, image_id, image_offset_hex, "
                                 "symbol_id, symbol_offset_hex, is_inlined) VALUES (?, ?, ?, ?, ?, ?, ?)"));
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const Frame& frame = frames[i];
    std::optional<std::int64_t> image_id;
    if (frame_images[i].id != 0) image_id = frame_images[i].id;
    TRY_ASSIGN(const auto symbol_id, optional_text(frame.symbol));
    const auto symbol_offset = hex16_or_null(frame.symbol_location);
    row.with(id, static_cast<std::int64_t>(i), image_id, offsets[i], symbol_id, symbol_offset, frame.inlined);
    TRY(row.run_and_reset());
  }
  remember(cache_key, id);
  return id;
}

Result<std::int64_t> Interner::site(const CrashSite& site, const std::vector<std::string>& labels,
                                    std::string_view rules_version, SiteWriting writing) {
  const std::string labels_json = json_array(labels);
  // Version and labels are part of what is remembered: newer rules may fold families in another way.
  const std::string cache_key = "c" + site.key + std::string(rules_version) + labels_json;
  if (const auto id = remembered(cache_key)) return *id;
  const auto code_offset = hex16_or_null(site.code_offset);
  const auto fault_offset = hex16_or_null(site.fault_offset);
  std::optional<std::string_view> access;
  if (site.access) access = access_kind_text(*site.access);
  TRY_ASSIGN(auto statement,
             connection_.prepare(
                 "INSERT INTO site (key, text, family, family_text, image, function, code_offset_hex, "
                 "fault_kind, fault_offset_hex, access, rules_version, rule_labels_json) "
                 "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                 "ON CONFLICT (key) DO UPDATE SET family = excluded.family, "
                 "family_text = excluded.family_text, rules_version = excluded.rules_version, "
                 "rule_labels_json = excluded.rule_labels_json WHERE iif(excluded.rules_version = "
                 "rules_version, (length(excluded.rule_labels_json), excluded.rule_labels_json) > "
                 "(length(rule_labels_json), rule_labels_json), ? OR instr(rules_version, '+') = 0 OR "
                 "instr(excluded.rules_version, '+') > 0)"));
  statement.with(site.key, site.text, site.family, site.family_text, site.image, site.function, code_offset,
                 fault_kind_text(site.kind), fault_offset, access, rules_version, labels_json,
                 writing == SiteWriting::anew);
  TRY(statement.run());
  TRY_ASSIGN(auto select, connection_.prepare("SELECT id FROM site WHERE key = ?"));
  select.bind(site.key);
  TRY(select.step());
  const std::int64_t id = select.integer(0);
  remember(cache_key, id);
  return id;
}

}  // namespace faultline
