#include "collector/reporter/images/elf_images.h"

#include <elf.h>
#include <gmock/gmock.h>

#include <cstring>

namespace faultline {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint64_t kBase = 0x7f0000000000;

/// The first page of an ELF file as it lies in memory: header, two program headers, a build-id note.
class FakeImage {
 public:
  explicit FakeImage(std::uint64_t link_base = 0) {
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 2;
    put(0, header);
    Elf64_Phdr load{};
    load.p_type = PT_LOAD;
    load.p_vaddr = link_base;
    put(sizeof header, load);
    Elf64_Phdr note{};
    note.p_type = PT_NOTE;
    note.p_vaddr = link_base + 0x200;
    note.p_filesz = 64;
    put(sizeof header + sizeof load, note);
    // Another note before it, of a length that needs padding.
    put(0x200, Elf64_Nhdr{4, 5, 1});
    std::memcpy(&bytes_[0x20c], "GNU\0five!", 9);
    put(0x218, Elf64_Nhdr{4, 20, NT_GNU_BUILD_ID});
    std::memcpy(&bytes_[0x224], "GNU", 4);
    for (std::size_t i = 0; i < 20; ++i) bytes_[0x228 + i] = static_cast<std::uint8_t>(i + 1);
  }

  [[nodiscard]] ReadMemory reader() {
    return [this](std::uint64_t at, std::size_t count) {
      if (at < kBase || at - kBase >= bytes_.size()) return std::vector<std::uint8_t>();
      const auto from = static_cast<std::size_t>(at - kBase);
      const auto size = std::min(count, bytes_.size() - from);
      return std::vector<std::uint8_t>(bytes_.begin() + static_cast<std::ptrdiff_t>(from),
                                       bytes_.begin() + static_cast<std::ptrdiff_t>(from + size));
    };
  }
  std::uint8_t& at(std::size_t offset) { return bytes_[offset]; }

 private:
  template <typename T>
  void put(std::size_t offset, const T& value) {
    std::memcpy(&bytes_[offset], &value, sizeof value);
  }

  std::vector<std::uint8_t> bytes_ = std::vector<std::uint8_t>(4096);
};

std::vector<Mapping> map_of(const std::string& path) {
  return parse_memory_map("7f0000000000-7f0000001000 r--p 00000000 08:02 7 " + path +
                          "\n7f0000001000-7f0000005000 r-xp 00001000 08:02 7 " + path +
                          "\n7f0000005000-7f0000009000 rw-p 00005000 08:02 7 " + path + "\n");
}

TEST(ElfImagesTest, ImageReachesFromItsHeaderToTheEndOfItsCode) {
  FakeImage file;

  const auto images = find_elf_images(map_of("/opt/lib/libx.so.1"), file.reader(), "x86_64");

  ASSERT_THAT(images, SizeIs(1));
  EXPECT_EQ(images[0].base.value, kBase);
  EXPECT_EQ(images[0].size_bytes, 0x5000U);
  EXPECT_EQ(images[0].name, "libx.so.1");
  EXPECT_EQ(images[0].path, "/opt/lib/libx.so.1");
  EXPECT_EQ(images[0].arch, "x86_64");
  EXPECT_EQ(images[0].build_id, "0102030405060708090a0b0c0d0e0f1011121314");
  ASSERT_TRUE(images[0].uuid);
  EXPECT_EQ(images[0].uuid->text(), "01020304-0506-0708-090a-0b0c0d0e0f10");
}

TEST(ElfImagesTest, ProgramLinkedAtAFixedAddressHasItsBuildIdToo) {
  FakeImage file(0x400000);

  EXPECT_EQ(find_elf_images(map_of("/bin/x"), file.reader(), "x86_64").at(0).build_id.size(), 40U);
}

TEST(ElfImagesTest, DeletedFileKeepsItsNameAndThePathItHad) {
  FakeImage file;

  const auto images = find_elf_images(map_of("/opt/x (deleted)"), file.reader(), "x86_64");

  EXPECT_EQ(images.at(0).path, "/opt/x");
}

TEST(ElfImagesTest, DataFilesAndImagesWithoutCodeAreNone) {
  FakeImage file;
  const auto data = parse_memory_map("7f0000000000-7f0000001000 r--p 00000000 08:02 7 /usr/lib/locale/x\n");
  EXPECT_THAT(find_elf_images(data, file.reader(), "x86_64"), IsEmpty());

  file.at(0) = 'X';
  EXPECT_THAT(find_elf_images(map_of("/opt/x"), file.reader(), "x86_64"), IsEmpty());
}

TEST(ElfImagesTest, DamagedHeadersCostTheBuildIdAlone) {
  for (std::size_t offset = EI_NIDENT; offset < 0x240; ++offset) {
    FakeImage file;
    file.at(offset) = 0xff;
    const auto images = find_elf_images(map_of("/opt/x"), file.reader(), "x86_64");
    ASSERT_THAT(images, SizeIs(1)) << offset;
    EXPECT_EQ(images[0].size_bytes, 0x5000U);
  }
}

}  // namespace
}  // namespace faultline
