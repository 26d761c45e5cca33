// An answer to libdw, which would load a download client while a fully static faultline-report starts.

/// The linker sends every dlopen() here (`--wrap=dlopen`). libdw asks for libdebuginfod when it is loaded;
/// this program never downloads symbols, and a static program must not load libraries.
extern "C" void* __wrap_dlopen(const char* /*file*/, int /*mode*/);  // NOLINT(bugprone-reserved-identifier)
extern "C" void* __wrap_dlopen(const char* /*file*/, int /*mode*/) { return nullptr; }
