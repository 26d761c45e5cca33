#include "core/ips_document.h"
