// The Metal device of this process, by whichever call gives one, and the session that it runs in: what the Metal
// workloads here share.

#ifndef SAMPLES_METAL_METAL_DEVICE_H
#define SAMPLES_METAL_METAL_DEVICE_H

#import <CoreGraphics/CoreGraphics.h>
#import <Metal/Metal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Aqua: a person is logged in at the screen, and this process belongs to it. Naming a function of CoreGraphics also
// keeps it linked: without it MTLCreateSystemDefaultDevice() gives nothing to a program without windows.
static inline const char* workload_session(void) {
  CFDictionaryRef session = CGSessionCopyCurrentDictionary();
  if (session == NULL) return "none";
  CFRelease(session);
  return "aqua";
}

static inline bool workload_is_set(const char* name) {
  const char* value = getenv(name);
  return value != NULL && *value != '\0' && strcmp(value, "0") != 0;
}

// nil, after saying so on stderr, where there is none. Prints its class and name (with MTL_DEBUG_LAYER=1 the class is
// one of the validation layer: the campaigns check that), the call that gave it, and the session.
static inline id<MTLDevice> workload_metal_device(void) {
  const char* call = "MTLCreateSystemDefaultDevice";
  id<MTLDevice> device = MTLCreateSystemDefaultDevice();
  if (device == nil) {
    // In SSH, tmux and jobs there may be no default, and a device all the same.
    NSArray<id<MTLDevice>>* all = MTLCopyAllDevices();
    call = "MTLCopyAllDevices";
    if (all.count > 0) device = all[0];
  }
  const char* over = workload_is_set("SSH_CONNECTION") ? ", over ssh" : "";
  const char* in_tmux = workload_is_set("TMUX") ? ", in tmux" : "";
  const char* as_job = workload_is_set("XPC_SERVICE_NAME") ? ", as a job of launchd" : "";
  if (device == nil) {
    fprintf(stderr, "no Metal device, neither the default nor any other; login session: %s%s%s%s\n",
            workload_session(), over, in_tmux, as_job);
    return nil;
  }
  printf("device %s %s\n", object_getClassName(device), device.name.UTF8String);
  printf("device by %s, login session: %s%s%s%s\n", call, workload_session(), over, in_tmux, as_job);
  fflush(stdout);
  return device;
}

#endif
