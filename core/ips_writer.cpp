#include "core/ips_writer.h"
