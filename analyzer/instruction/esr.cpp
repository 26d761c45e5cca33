#include "analyzer/instruction/esr.h"

#include <fmt/format.h>

#include <string_view>

namespace faultline {
namespace {

SyndromeClass class_of(std::uint32_t exception_class) {
  switch (exception_class) {
    case 0x00:
      return SyndromeClass::unknown_instruction;
    case 0x11:
    case 0x15:
      return SyndromeClass::system_call;
    case 0x1c:
      return SyndromeClass::pointer_authentication;
    case 0x20:
    case 0x21:
      return SyndromeClass::instruction_abort;
    case 0x22:
      return SyndromeClass::pc_alignment;
    case 0x24:
    case 0x25:
      return SyndromeClass::data_abort;
    case 0x26:
      return SyndromeClass::sp_alignment;
    case 0x30:
    case 0x31:
    case 0x32:
    case 0x33:
    case 0x34:
    case 0x35:
      return SyndromeClass::debug;
    case 0x3c:
      return SyndromeClass::breakpoint;
    default:
      return SyndromeClass::other;
  }
}

// Fault status codes; the two low bits are the level of the walk for the first four kinds.
AbortCause cause_of(std::uint32_t status) {
  if (status <= 0x03) return AbortCause::address_size;
  if (status <= 0x07) return AbortCause::translation;
  if (status <= 0x0b) return AbortCause::access_flag;
  if (status <= 0x0f) return AbortCause::permission;
  if (status == 0x10 || (status >= 0x14 && status <= 0x17)) return AbortCause::external;
  if (status == 0x11) return AbortCause::tag;
  if (status == 0x21) return AbortCause::alignment;
  return AbortCause::other;
}

std::string_view class_text(SyndromeClass kind) {
  switch (kind) {
    case SyndromeClass::unknown_instruction:
      return "undefined instruction";
    case SyndromeClass::system_call:
      return "system call";
    case SyndromeClass::pointer_authentication:
      return "pointer authentication failure";
    case SyndromeClass::instruction_abort:
      return "instruction abort";
    case SyndromeClass::pc_alignment:
      return "pc alignment";
    case SyndromeClass::data_abort:
      return "data abort";
    case SyndromeClass::sp_alignment:
      return "sp alignment";
    case SyndromeClass::debug:
      return "debug event";
    case SyndromeClass::breakpoint:
      return "breakpoint";
    case SyndromeClass::other:
      break;
  }
  return "exception";
}

std::string_view cause_text(AbortCause cause) {
  switch (cause) {
    case AbortCause::address_size:
      return "address size fault";
    case AbortCause::translation:
      return "translation fault";
    case AbortCause::access_flag:
      return "access flag fault";
    case AbortCause::permission:
      return "permission fault";
    case AbortCause::external:
      return "external abort";
    case AbortCause::tag:
      return "memory tag check";
    case AbortCause::alignment:
      return "alignment fault";
    case AbortCause::other:
      break;
  }
  return "other fault";
}

}  // namespace

Syndrome decode_syndrome(std::uint64_t esr) {
  Syndrome out;
  out.value = static_cast<std::uint32_t>(esr);
  out.exception_class = (out.value >> 26U) & 0x3fU;
  out.kind = class_of(out.exception_class);
  const std::uint32_t status = out.value & 0x3fU;
  if (out.kind == SyndromeClass::data_abort || out.kind == SyndromeClass::instruction_abort) {
    out.cause = cause_of(status);
    if (status <= 0x0f) out.level = status & 3U;
    out.address_valid = ((out.value >> 10U) & 1U) == 0;
  }
  if (out.kind == SyndromeClass::data_abort) {
    const bool cache_maintenance = ((out.value >> 8U) & 1U) != 0;
    if (!cache_maintenance) out.write = ((out.value >> 6U) & 1U) != 0;
    const bool valid = ((out.value >> 24U) & 1U) != 0;
    if (valid) out.size_bytes = 1U << ((out.value >> 22U) & 3U);
  }
  if (out.kind == SyndromeClass::breakpoint) out.comment = out.value & 0xffffU;
  return out;
}

std::string syndrome_text(const Syndrome& syndrome) {
  std::string text(class_text(syndrome.kind));
  if (syndrome.kind == SyndromeClass::other) {
    text += fmt::format(" of class {:#x}", syndrome.exception_class);
  }
  if (syndrome.write) text += *syndrome.write ? ", write" : ", read";
  if (syndrome.cause) text += fmt::format(", {}", cause_text(*syndrome.cause));
  if (syndrome.level) text += fmt::format(" level {}", *syndrome.level);
  if (syndrome.kind == SyndromeClass::breakpoint) text += fmt::format(", brk {:#x}", syndrome.comment);
  return text;
}

}  // namespace faultline
