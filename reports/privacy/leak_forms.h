// Private things that a finished file shows by their form alone, whether or not the scrubbing knew of them.
//
// The second layer's own eyes: shares no code with the scrubbing but the table of how keys begin, and looks
// for less, since a hit fails the whole command: only what can hardly be anything else.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace faultline {

struct FormHit {
  std::string what;   ///< One of leak_form_names().
  std::string value;  ///< As it stands there.
  friend auto operator<=>(const FormHit&, const FormHit&) = default;
};

/// The classes that are looked for, in words.
const std::vector<std::string_view>& leak_form_names();

/// All that is found in a text, once each. Pure; linear in the text.
std::vector<FormHit> find_private_forms(std::string_view text);

}  // namespace faultline
