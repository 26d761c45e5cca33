#include "analyzer/symbolize/gsym/gsym_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <llvm/DebugInfo/GSYM/GsymReader.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "analyzer/symbolize/files/byte_view.h"
#include "core/base/hash.h"
#include "core/base/scoped_fd.h"
#include "core/files/write_all.h"

namespace faultline {
namespace {

constexpr std::string_view kMagic("FLgsym\r\n", 8);
constexpr std::uint64_t kFooterSize = 80;
constexpr std::uint64_t kBlockSize = 128U << 10;  // Stays in a core's second-level cache.
constexpr std::uint64_t kPageSize = 4096;

void append_little(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>((value >> (8 * i)) & 0xff));
}

Result<void> read_exactly(int fd, std::uint64_t offset, std::string& into) {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t count =
        ::pread(fd, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(io_error("cannot read", errno));
    if (count == 0) return fail(ErrorKind::symbols, "the file is cut short");
    done += static_cast<std::size_t>(count);
  }
  return {};
}

/// Reads in blocks instead of mapping: the pages of a large file would all count as ours.
Result<std::uint64_t> checksum(int fd, std::uint64_t size) {
  std::string hashes;
  std::string block;
  for (std::uint64_t at = 0; at < size; at += kBlockSize) {
    block.resize(static_cast<std::size_t>(std::min(kBlockSize, size - at)));
    TRY(read_exactly(fd, at, block));
    append_little(hashes, hash64(block), 8);
  }
  return hash64(hashes);
}

std::uint64_t file_size(int fd) {
  const off_t end = ::lseek(fd, 0, SEEK_END);
  return end < 0 ? 0 : static_cast<std::uint64_t>(end);
}

struct Footer {
  std::uint64_t gsym_size = 0;
  std::uint64_t symbol_count = 0;
  std::uint64_t objc_count = 0;
  LinkAddress link_base;
  std::uint64_t body_hash = 0;
};

Result<Footer> read_footer(int fd, std::uint64_t size, const Uuid& uuid) {
  if (size < kFooterSize) return fail(ErrorKind::symbols, "the file is cut short");
  std::string raw(kFooterSize, '\0');
  TRY(read_exactly(fd, size - kFooterSize, raw));
  const ByteView view(raw);
  if (*view.slice(0, 8) != kMagic) return fail(ErrorKind::symbols, "not a symbol cache file");
  if (*view.little<std::uint32_t>(8) != kGsymFormatVersion) {
    return fail(ErrorKind::symbols, fmt::format("format {}, this program reads {}",
                                                *view.little<std::uint32_t>(8), kGsymFormatVersion));
  }
  if (*view.little<std::uint64_t>(72) != hash64(std::string_view(raw).substr(0, 72))) {
    return fail(ErrorKind::symbols, "the checksum of the footer does not hold");
  }
  const std::string_view id = *view.slice(48, 16);
  const bool same = std::equal(id.begin(), id.end(), uuid.bytes().begin(),
                               [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
  if (!same) return fail(ErrorKind::symbols, "the file belongs to another UUID than " + uuid.text());

  Footer footer;
  footer.gsym_size = *view.little<std::uint64_t>(16);
  footer.symbol_count = *view.little<std::uint64_t>(24);
  footer.objc_count = *view.little<std::uint64_t>(32);
  footer.link_base = {*view.little<std::uint64_t>(40)};
  footer.body_hash = *view.little<std::uint64_t>(64);
  const std::uint64_t body = size - kFooterSize;
  if (footer.gsym_size > body || footer.symbol_count > body / 8 || footer.objc_count > body / 8 ||
      footer.gsym_size + 8 * (footer.symbol_count + footer.objc_count) > body) {
    return fail(ErrorKind::symbols, "the parts do not fit into the file");
  }
  return footer;
}

Result<std::vector<LinkAddress>> read_starts(int fd, std::uint64_t offset, std::uint64_t count) {
  std::string raw(static_cast<std::size_t>(count * 8), '\0');
  TRY(read_exactly(fd, offset, raw));
  const ByteView view(raw);
  std::vector<LinkAddress> starts;
  starts.reserve(static_cast<std::size_t>(count));
  for (std::uint64_t i = 0; i < count; ++i) starts.push_back({*view.little<std::uint64_t>(i * 8)});
  return starts;
}

}  // namespace

Result<void> append_gsym_trailer(const std::filesystem::path& path, const GsymTrailer& trailer) {
  ScopedFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!fd.valid()) return fail(io_error("cannot open " + path.string(), errno));
  const std::uint64_t gsym_size = file_size(fd.get());
  const auto write = [&](std::string_view bytes) -> Result<void> {
    if (!write_all(fd.get(), bytes)) return fail(io_error("cannot write " + path.string(), errno));
    return {};
  };

  std::string starts;
  for (const auto start : trailer.symbol_starts) append_little(starts, start.value, 8);
  for (const auto start : trailer.objc_starts) append_little(starts, start.value, 8);
  if ((gsym_size + starts.size() + kFooterSize) % kPageSize == 0) append_little(starts, 0, 8);
  TRY(write(starts));

  TRY_ASSIGN(const std::uint64_t body_hash, checksum(fd.get(), gsym_size + starts.size()));
  std::string footer(kMagic);
  append_little(footer, kGsymFormatVersion, 4);
  append_little(footer, 0, 4);
  append_little(footer, gsym_size, 8);
  append_little(footer, trailer.symbol_starts.size(), 8);
  append_little(footer, trailer.objc_starts.size(), 8);
  append_little(footer, trailer.link_base.value, 8);
  for (const auto byte : trailer.uuid.bytes()) append_little(footer, byte, 1);
  append_little(footer, body_hash, 8);
  append_little(footer, hash64(footer), 8);
  ::lseek(fd.get(), 0, SEEK_END);
  return write(footer);
}

struct GsymFile::State {
  std::optional<llvm::gsym::GsymReader> reader;  // None where the module names nothing.
  LinkAddress link_base;
  std::vector<LinkAddress> symbol_starts;
  std::vector<LinkAddress> objc_starts;
};

GsymFile::GsymFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
GsymFile::GsymFile(GsymFile&& other) noexcept = default;
GsymFile& GsymFile::operator=(GsymFile&& other) noexcept = default;
GsymFile::~GsymFile() = default;

LinkAddress GsymFile::link_base() const { return state_->link_base; }
bool GsymFile::empty() const { return !state_->reader.has_value(); }

Result<GsymFile> GsymFile::open(const std::filesystem::path& path, const Uuid& uuid, GsymCheck check) {
  ScopedFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return fail(io_error("cannot open " + path.string(), errno));
  const std::uint64_t size = file_size(fd.get());
  TRY_ASSIGN(const Footer footer, read_footer(fd.get(), size, uuid));
  if (check == GsymCheck::whole) {
    TRY_ASSIGN(const std::uint64_t body_hash, checksum(fd.get(), size - kFooterSize));
    if (body_hash != footer.body_hash) return fail(ErrorKind::symbols, "the checksum does not hold");
  }

  auto state = std::make_unique<State>();
  state->link_base = footer.link_base;
  TRY_ASSIGN(state->symbol_starts, read_starts(fd.get(), footer.gsym_size, footer.symbol_count));
  TRY_ASSIGN(state->objc_starts,
             read_starts(fd.get(), footer.gsym_size + 8 * footer.symbol_count, footer.objc_count));
  if (footer.gsym_size > 0) {
    auto reader = llvm::gsym::GsymReader::openFile(path.string());
    if (!reader) return fail(ErrorKind::symbols, llvm::toString(reader.takeError()));
    state->reader.emplace(std::move(*reader));
  }
  return GsymFile(std::move(state));
}

std::optional<GsymHit> GsymFile::find(LinkAddress address) const {
  if (!state_->reader) return std::nullopt;
  auto found = state_->reader->lookup(address.value);
  if (!found) {
    llvm::consumeError(found.takeError());
    return std::nullopt;
  }
  // A function of size 0 would cover everything up to the next one: no evidence.
  if (found->FuncRange.size() == 0 || !found->FuncRange.contains(address.value)) return std::nullopt;
  GsymHit hit;
  hit.function_start = {found->FuncRange.start()};
  const auto is_in = [&](const std::vector<LinkAddress>& starts) {
    return std::binary_search(starts.begin(), starts.end(), hit.function_start);
  };
  hit.origin = is_in(state_->objc_starts)     ? SymbolOrigin::objc_metadata
               : is_in(state_->symbol_starts) ? SymbolOrigin::symbol_table
                                              : SymbolOrigin::dwarf;
  hit.chain.reserve(found->Locations.size());
  for (const auto& location : found->Locations) {
    hit.chain.push_back({location.Name, location.Dir, location.Base, location.Line});
  }
  if (hit.chain.empty()) hit.chain.push_back({found->FuncName, {}, {}, 0});
  return hit;
}

}  // namespace faultline
