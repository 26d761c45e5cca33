#include "analyzer/parse/ips/ips_stacks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace faultline {
namespace {

void read_frame_member(std::string_view key, const ReportField& field, Frame& frame) {
  if (is(key, "imageOffset")) {
    frame.image_offset = ImageOffset{field.unsigned_integer().value_or(0)};
  } else if (is(key, "symbol")) {
    frame.symbol = field.text();
  } else if (is(key, "symbolLocation")) {
    frame.symbol_location = field.unsigned_integer();
  } else if (is(key, "imageIndex")) {
    if (const auto index = field.unsigned_integer()) frame.image_index = static_cast<std::size_t>(*index);
  } else if (is(key, "sourceFile")) {
    frame.source_file = field.text();
  } else if (is(key, "sourceLine")) {
    frame.source_line = field.unsigned_integer();
  } else if (is(key, "inline")) {
    frame.inlined = field.truth();
  } else if (is(key, "region")) {
    frame.region = field.text();
  }
}

void read_frame(const ReportField& field, Frame& frame) {
  if (field.value().type() != JsonType::array) {
    field.each_member(
        [&frame](std::string_view key, const ReportField& member) { read_frame_member(key, member, frame); });
    return;
  }
  field.each_element([&frame](std::size_t index, const ReportField& element) {
    if (index == 0) {
      if (const auto image = element.unsigned_integer()) frame.image_index = static_cast<std::size_t>(*image);
    } else if (index == 1) {
      frame.image_offset = ImageOffset{element.unsigned_integer().value_or(0)};
    } else if (index == 2) {
      element.each_member([&frame](std::string_view key, const ReportField& member) {
        read_frame_member(key, member, frame);
      });
    }
  });
}

void read_register_member(std::string_view key, const ReportField& field, Register& reg) {
  if (is(key, "value")) {
    reg.value = field.unsigned_integer().value_or(0);
  } else if (is(key, "symbol")) {
    reg.symbol = field.text();
  } else if (is(key, "symbolLocation")) {
    reg.symbol_location = field.unsigned_integer();
  } else if (is(key, "matchesCrashFrame")) {
    reg.matches_crash_frame = field.truth();
  } else if (is(key, "objc-selector")) {
    reg.objc_selector = field.text();
  } else if (is(key, "description")) {
    reg.description = field.text();
  }
}

void read_register(std::string_view name, const ReportField& field, Register& reg) {
  reg.name = name;
  if (field.value().type() == JsonType::unsigned_integer) {
    reg.value = *field.value().unsigned_integer();
    return;
  }
  field.each_member(
      [&reg](std::string_view key, const ReportField& member) { read_register_member(key, member, reg); });
}

constexpr std::array<std::string_view, 29> kNumberedRegisters{
    "x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",  "x7",  "x8",  "x9",  "x10", "x11", "x12", "x13", "x14",
    "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28"};

/// Those of arm64 among the following: fp to esr.
constexpr std::size_t kArm64NamedRegisters = 7;

/// As debuggers and Apple's text show them; the report's own order changes from run to run.
constexpr std::array<std::string_view, 30> kNamedRegisters{
    "fp",  "lr",  "sp",  "pc",  "cpsr",   "far", "esr", "rax", "rbx",  "rcx",
    "rdx", "rdi", "rsi", "rbp", "rsp",    "r8",  "r9",  "r10", "r11",  "r12",
    "r13", "r14", "r15", "rip", "rflags", "cr2", "cpu", "err", "trap", ""};

/// A name of up to seven letters as one number, so that looking it up takes no calls.
constexpr std::uint64_t packed(std::string_view name) {
  std::uint64_t word = name.size();
  for (const char c : name) word = word << 8 | static_cast<unsigned char>(c);
  return word;
}
constexpr auto kPackedRegisters = [] {
  std::array<std::uint64_t, kNamedRegisters.size()> words{};
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = packed(kNamedRegisters[i]);
  return words;
}();

std::size_t register_rank(std::string_view name) {
  constexpr std::size_t kLongest = 7;
  if (name.size() > kLongest) return kNamedRegisters.size();
  const auto found = std::find(kPackedRegisters.begin(), kPackedRegisters.end(), packed(name));
  return static_cast<std::size_t>(found - kPackedRegisters.begin());
}

struct NamedRegister {
  std::size_t rank = 0;
  Register reg;
};

void read_x_registers(const ReportField& field, std::vector<Register>& registers) {
  registers.reserve(kNumberedRegisters.size() + kArm64NamedRegisters);
  std::size_t count = 0;
  field.each_element([&](std::size_t index, const ReportField& element) {
    ++count;
    if (index < kNumberedRegisters.size()) {
      read_register(kNumberedRegisters[index], element, registers.emplace_back());
    }
  });
  if (count != kNumberedRegisters.size() && field.value().type() == JsonType::array) {
    field.add_issue(fmt::format("found {} registers, expected {}", count, kNumberedRegisters.size()));
  }
}

void read_recursion(const ReportField& field, RecursionInfo& info) {
  field.each_member([&info](std::string_view key, const ReportField& member) {
    if (is(key, "hottestElided")) {
      info.hottest_elided = member.unsigned_integer().value_or(0);
    } else if (is(key, "coldestElided")) {
      info.coldest_elided = member.unsigned_integer().value_or(0);
    } else if (is(key, "depth")) {
      info.depth = member.unsigned_integer().value_or(0);
    } else if (is(key, "keyFrame")) {
      read_frame(member, info.key_frame.emplace());
    }
  });
}

void read_instruction_state(const ReportField& field, Thread& thread) {
  field.each_member([&thread](std::string_view outer, const ReportField& stream) {
    if (outer != "instructionStream") return;
    auto& state = thread.instruction_state.emplace();
    stream.each_member([&state](std::string_view key, const ReportField& member) {
      if (is(key, "offset")) {
        state.offset = static_cast<std::size_t>(member.unsigned_integer().value_or(0));
      } else if (is(key, "bytes")) {
        member.each_element([&state](std::size_t, const ReportField& byte) {
          const auto value = byte.unsigned_integer();
          if (value && *value > 255) byte.add_issue(fmt::format("{} is no byte", *value));
          state.bytes.push_back(static_cast<std::uint8_t>(value.value_or(0)));
        });
      }
    });
  });
}

void read_thread_member(std::string_view key, const ReportField& field, Thread& thread) {
  if (is(key, "id")) {
    thread.id = field.unsigned_integer();
  } else if (is(key, "frames")) {
    read_frames(field, thread.frames);
  } else if (is(key, "threadState")) {
    if (field.expect(JsonType::object)) read_thread_state(field, thread.state.emplace());
  } else if (is(key, "queue")) {
    thread.queue = field.text();
  } else if (is(key, "name")) {
    thread.name = field.text();
  } else if (is(key, "triggered")) {
    thread.triggered = field.truth();
  } else if (is(key, "instructionState")) {
    read_instruction_state(field, thread);
  } else if (is(key, "originalLength")) {
    thread.original_length = field.unsigned_integer();
  } else if (is(key, "recursionInfoArray")) {
    field.each_element([&thread](std::size_t, const ReportField& element) {
      read_recursion(element, thread.recursion.emplace_back());
    });
  } else if (is(key, "atOwnFault")) {
    thread.at_own_fault = field.truth();
  }
}

/// Version 1: the UUID, the base and the source letter, in this order.
void read_short_image(const ReportField& field, Image& image) {
  field.each_element([&image](std::size_t index, const ReportField& element) {
    if (index == 0) {
      image.uuid = element.uuid();
    } else if (index == 1) {
      image.base = element.address().value_or(RuntimeAddress{});
    } else if (index == 2) {
      image.source = element.text().value_or("");
    }
  });
}

}  // namespace

void read_frames(const ReportField& field, std::vector<Frame>& frames) {
  frames.reserve(16);
  field.each_element(
      [&frames](std::size_t, const ReportField& element) { read_frame(element, frames.emplace_back()); });
  frames.shrink_to_fit();
}

void read_thread_state(const ReportField& field, ThreadState& state) {
  constexpr std::size_t kMostNamed = 64;
  std::vector<NamedRegister> named;
  const auto keep = [&](std::string_view name, const ReportField& member) {
    if (named.size() == kMostNamed) return member.add_issue("more registers than any processor has");
    if (named.empty()) named.reserve(kArm64NamedRegisters);
    auto& row = named.emplace_back();
    row.rank = register_rank(name);
    read_register(name, member, row.reg);
  };
  field.each_member([&](std::string_view key, const ReportField& member) {
    if (is(key, "flavor")) {
      state.flavor = member.text().value_or("");
    } else if (is(key, "x")) {
      read_x_registers(member, state.registers);
    } else if (is(key, "rosetta")) {
      state.rosetta = true;
      member.each_member([&](std::string_view name, const ReportField& tmp) { keep(name, tmp); });
    } else if (member.value().type() == JsonType::object ||
               member.value().type() == JsonType::unsigned_integer) {
      keep(key, member);
    } else {
      static_cast<void>(member.expect(JsonType::object));
    }
  });
  std::sort(named.begin(), named.end(), [](const NamedRegister& a, const NamedRegister& b) {
    return a.rank != b.rank ? a.rank < b.rank : a.reg.name < b.reg.name;
  });
  state.registers.reserve(state.registers.size() + named.size());
  for (auto& row : named) state.registers.push_back(std::move(row.reg));
}

void read_threads(const ReportField& field, std::vector<Thread>& threads) {
  field.each_element([&threads](std::size_t, const ReportField& element) {
    auto& thread = threads.emplace_back();
    element.each_member([&thread](std::string_view key, const ReportField& member) {
      read_thread_member(key, member, thread);
    });
  });
}

void read_image(const ReportField& field, Image& image) {
  field.each_member([&image](std::string_view key, const ReportField& member) {
    if (is(key, "base")) {
      image.base = member.address().value_or(RuntimeAddress{});
    } else if (is(key, "size")) {
      image.size_bytes = member.unsigned_integer().value_or(0);
    } else if (is(key, "uuid")) {
      image.uuid = member.uuid();
    } else if (is(key, "path")) {
      image.path = member.text();
    } else if (is(key, "name")) {
      image.name = member.text();
    } else if (is(key, "arch")) {
      image.arch = member.text();
    } else if (is(key, "source")) {
      image.source = member.text().value_or("");
    } else if (is(key, "CFBundleIdentifier")) {
      image.bundle_id = member.text();
    } else if (is(key, "CFBundleShortVersionString")) {
      image.bundle_short_version = member.text();
    } else if (is(key, "CFBundleVersion")) {
      image.bundle_version = member.text();
    } else if (is(key, "buildId")) {
      image.build_id = member.text().value_or("");
    }
  });
}

void read_images(const ReportField& field, std::vector<Image>& images) {
  field.each_element([&images](std::size_t, const ReportField& element) {
    auto& image = images.emplace_back();
    if (element.value().type() == JsonType::array) {
      read_short_image(element, image);
    } else {
      read_image(element, image);
    }
  });
}

}  // namespace faultline
