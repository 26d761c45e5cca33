// Any bytes as a file of the symbol cache: as they are, and with checksums that hold, so that what stands
// behind the checksums is reached, too.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "analyzer/symbolize/gsym/gsym_file.h"
#include "core/base/check.h"
#include "core/base/hash.h"

using namespace faultline;

namespace {

constexpr std::size_t kFooterSize = 80;
constexpr std::size_t kBlockSize = 128U << 10;

/// One file, written anew for each input and gone at the end.
struct ScratchFile {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("faultline-gsym-fuzz-" + std::to_string(::getpid()));
  ~ScratchFile() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
};

void put_little(std::string& bytes, std::size_t at, std::uint64_t value) {
  for (std::size_t i = 0; i < 8; ++i) bytes[at + i] = static_cast<char>((value >> (8 * i)) & 0xff);
}

/// Both checksums made anew over whatever the file says, as gsym_file.h describes them.
void seal(std::string& bytes) {
  if (bytes.size() < kFooterSize) return;
  const std::size_t footer = bytes.size() - kFooterSize;
  std::string hashes;
  for (std::size_t at = 0; at < footer; at += kBlockSize) {
    hashes.resize(hashes.size() + 8);
    put_little(hashes, hashes.size() - 8, hash64(bytes.substr(at, std::min(kBlockSize, footer - at))));
  }
  put_little(bytes, footer + 64, hash64(hashes));
  put_little(bytes, footer + 72, hash64(bytes.substr(footer, 72)));
}

void open_and_look(const std::filesystem::path& path, const std::string& bytes, const Uuid& uuid) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  const auto file = GsymFile::open(path, uuid);
  if (!file) {
    CHECK(!file.error().text().empty());
    return;
  }
  for (std::uint64_t offset = 0; offset < 0x2000; offset += 0x34) {
    const LinkAddress address{file->link_base().value + offset};
    const auto hit = file->find(address);
    if (!hit) continue;
    CHECK(!hit->chain.empty() && hit->function_start.value <= address.value);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ScratchFile scratch;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  Uuid uuid;
  if (bytes.size() >= kFooterSize) {
    std::array<std::uint8_t, 16> id{};
    const auto* from = data + size - kFooterSize + 48;
    std::copy(from, from + id.size(), id.begin());
    uuid = Uuid(id);
  }
  open_and_look(scratch.path, bytes, uuid);
  seal(bytes);
  open_and_look(scratch.path, bytes, uuid);
  return 0;
}
