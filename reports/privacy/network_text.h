// Addresses of machines in a text.

#pragma once

#include <string_view>
#include <vector>

#include "reports/privacy/private_text.h"

namespace faultline {

/// IPv4 of private, link-local and carrier-grade ranges (10/8, 172.16/12, 192.168/16, 169.254/16, 100.64/10;
/// other four-part numbers are versions), IPv6 but for loopback, and hardware addresses: `aa:bb:cc:dd:ee:ff`,
/// also without leading zeros, `aa-bb-…`, `aabb.ccdd.eeff`. Appends.
void find_network_addresses(std::string_view text, std::vector<PrivatePart>& found);

}  // namespace faultline
