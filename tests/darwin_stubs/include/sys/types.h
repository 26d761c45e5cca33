#pragma once
#include <darwin_types.h>
#include <pthread.h>
