#include "benchmarks/simdjson_walker/simdjson_reader.h"

#include "analyzer/parse/parse_report.h"
#include "core/ips/ips_writer.h"

bool parse_with_simdjson(std::string_view bytes) {
  const auto report = faultline::parse_report(bytes);
  return report.issues.empty() && !report.threads.empty();
}

std::string rewrite_with_simdjson(std::string_view bytes) {
  return faultline::write_ips(faultline::parse_report(bytes));
}
