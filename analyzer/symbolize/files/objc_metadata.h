// Names of Objective-C methods in a Mach-O file whose symbols were stripped.

#pragma once

#include <string>
#include <vector>

#include "analyzer/symbolize/files/macho_file.h"
#include "core/model/address.h"

namespace faultline {

/// One method body and what the runtime would call it: `-[Class selector:]`, `+[Class(Category) selector]`.
struct ObjcMethod {
  LinkAddress implementation;
  std::string name;
  friend bool operator==(const ObjcMethod&, const ObjcMethod&) = default;
};

/// Reads the class and category lists that the Objective-C runtime itself needs and that no strip can
/// take away: __objc_classlist -> class -> read-only part -> method list, for the class and its
/// metaclass, and __objc_catlist -> category -> its two lists. Method lists may be of the old form
/// (three pointers per method) or small (three 32-bit offsets, macOS 11 and later); pointers may be
/// plain or chained, with or without pointer authentication.
///
/// The lists say where a method begins, not where it ends: the caller needs function extents besides.
/// A category of a class that cannot be named is left out. 64-bit files only. Ascending by address;
/// where two methods share a body, both are there. Whatever is damaged is left out in silence: absence
/// of a name is an ordinary answer here.
std::vector<ObjcMethod> read_objc_methods(const MachOFile& file);

}  // namespace faultline
