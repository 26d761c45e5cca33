// The program that the tests start for conversions, as cli/main.cpp is in the product.

#include <string_view>

#include "analyzer/symbolize/gsym/gsym_conversion.h"

int main(int argc, char** argv) {
  if (argc < 2 || std::string_view(argv[1]) != faultline::kGsymChildFlag) return 2;
  return faultline::gsym_child_main(argc, argv);
}
