#pragma once
#include <darwin_types.h>
#define EVFILT_READ (-1)
#define EVFILT_WRITE (-2)
#define EVFILT_VNODE (-4)
#define EVFILT_PROC (-5)
#define EVFILT_SIGNAL (-6)
#define EVFILT_TIMER (-7)
#define EVFILT_USER (-10)
#define EV_ADD 0x0001
#define EV_DELETE 0x0002
#define EV_ENABLE 0x0004
#define EV_DISABLE 0x0008
#define EV_ONESHOT 0x0010
#define EV_CLEAR 0x0020
#define EV_RECEIPT 0x0040
#define EV_ERROR 0x4000
#define EV_EOF 0x8000
#define NOTE_DELETE 0x00000001
#define NOTE_WRITE 0x00000002
#define NOTE_EXTEND 0x00000004
#define NOTE_ATTRIB 0x00000008
#define NOTE_LINK 0x00000010
#define NOTE_RENAME 0x00000020
#define NOTE_REVOKE 0x00000040
#define NOTE_EXIT 0x80000000U
#define NOTE_FORK 0x40000000
#define NOTE_EXEC 0x20000000
#define NOTE_EXITSTATUS 0x04000000
#define NOTE_TRIGGER 0x01000000
struct kevent {
  uintptr_t ident;
  int16_t filter;
  uint16_t flags;
  uint32_t fflags;
  intptr_t data;
  void* udata;
};
#define EV_SET(kevp, a, b, c, d, e, f) \
  do {                                 \
    struct kevent* kev_set = (kevp);   \
    kev_set->ident = (a);              \
    kev_set->filter = (b);             \
    kev_set->flags = (c);              \
    kev_set->fflags = (d);             \
    kev_set->data = (e);               \
    kev_set->udata = (f);              \
  } while (0)
DARWIN_C_BEGIN
int kqueue(void);
int kevent(int, const struct kevent*, int, struct kevent*, int, const struct timespec*);
DARWIN_C_END
