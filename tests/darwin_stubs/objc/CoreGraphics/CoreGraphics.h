// The part of CoreGraphics, and of the CoreFoundation below it, that samples/metal uses.
#pragma once
#include <darwin_types.h>

DARWIN_C_BEGIN
typedef const void* CFTypeRef;
typedef const struct __CFDictionary* CFDictionaryRef;
void CFRelease(CFTypeRef);
CFDictionaryRef CGSessionCopyCurrentDictionary(void);
DARWIN_C_END
