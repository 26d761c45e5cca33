// Only what the C++ library takes; our own code builds its text with fmt.
#pragma once
#include <darwin_types.h>
typedef struct {
  intmax_t quot, rem;
} imaxdiv_t;
DARWIN_C_BEGIN
intmax_t imaxabs(intmax_t);
imaxdiv_t imaxdiv(intmax_t, intmax_t);
intmax_t strtoimax(const char*, char**, int);
uintmax_t strtoumax(const char*, char**, int);
intmax_t wcstoimax(const wchar_t*, wchar_t**, int);
uintmax_t wcstoumax(const wchar_t*, wchar_t**, int);
DARWIN_C_END
#define PRId32 "d"
#define PRId64 "lld"
#define PRIi64 "lli"
#define PRIo64 "llo"
#define PRIu32 "u"
#define PRIu64 "llu"
#define PRIx32 "x"
#define PRIx64 "llx"
#define PRIX32 "X"
#define PRIX64 "llX"
#define PRIxPTR "lx"
#define PRIuPTR "lu"
#define SCNu64 "llu"
#define SCNx64 "llx"
