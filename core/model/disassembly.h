// Instructions as text, around one address of a crashed program.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/address.h"

namespace faultline {

struct DisassembledInstruction {
  RuntimeAddress address;
  std::vector<std::uint8_t> bytes;
  std::string
      text;  ///< `ldr x8, [x0, #0x5c8]`; Intel syntax on x86. `.byte 0x06` for what is no instruction.
  bool is_at = false;  ///< The one at the address that was asked for.
};

struct Disassembly {
  std::vector<DisassembledInstruction> instructions;  ///< Ascending.
  std::string origin;  ///< `report`, or the path of the file that held the bytes.
};

}  // namespace faultline
