// The words in which a bad access is told, and the facts that every such rule fills in.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/fault/facts/fault_facts.h"
#include "core/model/fault_explanation.h"

namespace faultline {

/// True if the fault was the fetch of an instruction: the pc itself is the bad address.
bool executes(const FaultFacts& facts);

/// From the instruction where it fits, else from the syndrome or error code; absent if neither says.
std::optional<AccessKind> access_of(const FaultFacts& facts);

/// Address, access, size, instruction, base register and value: whatever is known, and no more.
void fill_access(const FaultFacts& facts, FaultExplanation& out);

/// `8-byte write to field 0x98`, `read of field 0x5c8`, `access to field 0x5c8`: `where` is appended.
std::string operation(const FaultFacts& facts, std::string_view where);

/// `0x5c8`, `-0x8`.
std::string signed_hex(std::int64_t value);

/// `through x8 (0x1234) + 0x10`, ` + x9 * 8 (0x2)`; empty if the instruction does not say or fit.
std::string operand_words(const FaultFacts& facts);

/// General registers that held 0, in the report's order; neither pc nor flags.
std::vector<std::string> null_registers(const FaultFacts& facts);

/// Appends how the base register got its value where the bytes before the pc show it: to the sentence
/// and, with the instruction's text, to the evidence.
void add_origin(const FaultFacts& facts, FaultExplanation& out);

/// `where nothing is mapped`, `inside __TEXT r-x`, or empty.
std::string region_words(const FaultFacts& facts);

/// Objective-C dispatch: the receiver and the message, where the registers still show them.
void add_message_evidence(const FaultFacts& facts, FaultExplanation& out);

}  // namespace faultline
