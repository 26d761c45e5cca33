// What a value on the command line must be, said in words that help.

#pragma once

#include <string>
#include <vector>

namespace CLI {
class Validator;
}

namespace faultline {

/// A whole number of at least 1.
CLI::Validator positive_number();

/// A number from `least` to `most`, both included.
CLI::Validator number_between(double least, double most);

/// One of these words. A near one is suggested.
CLI::Validator one_of(std::vector<std::string> words);

}  // namespace faultline
