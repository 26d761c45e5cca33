// Names of functions without the lists that make them long.

#pragma once

#include <string>
#include <string_view>

namespace faultline {

/// `-[Class method:]`, `+[Class method]`.
bool is_objc_method(std::string_view name);

/// Leaves out argument lists and what follows them, and a leading result type; a list of template arguments
/// becomes `for_templates`. Keeps `(anonymous namespace)`, `<impl T>` of Rust and the names of operators.
std::string without_arguments(std::string_view name, std::string_view for_templates = {});

/// The name as it stands in tables: `AGX::ComputeContext<…>::prepareForEnqueue`, `-[Class first:…]`.
std::string short_function(std::string_view name);

}  // namespace faultline
