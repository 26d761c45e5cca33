/*
 * The system of agx_sim for spin: threads that encode sessions forever on one object that they share.
 * correspondence.md sets each step beside the C++ code and beside the same step in coq/System.v.
 *
 *   -DTHREADS=n                             how many threads
 *   -DLOCK=NONE|PER_OP|PER_STREAM|RWLOCK|GLOBAL
 *   -DSTYLE=PER_THREAD|SHARED               what they share: the context, or the command buffer
 *   -DWATCH=NOTHING|PIPELINE|PREPARE|SPILL|ASSERTION|SECOND|ANY
 *                                           what counts as an error, besides a deadlock
 *
 * Each step is one d_step and accesses shared memory once, so that spin's shortest counterexample is the
 * shortest in these steps. A crash stops all threads, since it ends the process.
 */

#define NONE 0
#define PER_OP 1
#define PER_STREAM 2
#define RWLOCK 3
#define GLOBAL 4

#define PER_THREAD 0
#define SHARED 1

#define NOTHING 0
#define PIPELINE 1
#define PREPARE 2
#define SPILL 3
#define ASSERTION 4
#define SECOND 5
#define ANY 6

/* Whose context and whose command buffer a thread works on. */
#if STYLE == SHARED
#define CONTEXT _pid
#define BUFFER 0
#else
#define CONTEXT 0
#define BUFFER _pid
#endif

bool impl[THREADS];      /* Per context: `impl` points to its state, that is, is not NULL. */
byte callers[THREADS];   /* Per context: threads that are inside of a call on it. */
bool encoding[THREADS];  /* Per buffer: the mark that the driver checks. */
byte encoders[THREADS];  /* Per buffer: encoders that are open on it. No thread reads this. */

bool call_held[4];      /* The mutex of each kind of call. */
bool stream[THREADS];   /* The mutex of each thread. */
byte readers;           /* Who holds the reader-writer lock as a reader; nobody ever writes. */
bool global_held;       /* The one mutex. */

byte crashed;  /* The site at which the process crashed; 0 while it runs. */

#define BEGIN_CALL 0
#define PIPELINE_CALL 1
#define DISPATCH_CALL 2
#define END_CALL 3

/* The five strategies: what has to be free, what is taken, what is given back. */
#if LOCK == GLOBAL
#define SESSION_FREE (!global_held)
#define TAKE_SESSION global_held = true
#define GIVE_SESSION global_held = false
#elif LOCK == PER_STREAM
#define SESSION_FREE (!stream[_pid])
#define TAKE_SESSION stream[_pid] = true
#define GIVE_SESSION stream[_pid] = false
#elif LOCK == RWLOCK
#define SESSION_FREE true
#define TAKE_SESSION readers++
#define GIVE_SESSION readers--
#else
#define SESSION_FREE true
#define TAKE_SESSION skip
#define GIVE_SESSION skip
#endif

#if LOCK == PER_OP
#define CALL_FREE(call) (!call_held[call])
#define TAKE_CALL(call) call_held[call] = true
#define GIVE_CALL(call) call_held[call] = false
#else
#define CALL_FREE(call) true
#define TAKE_CALL(call) skip
#define GIVE_CALL(call) skip
#endif

#define CRASH(site) crashed = site; assert(WATCH != site && WATCH != ANY)

/* What spin prints when it replays a trail: the lines of a schedule. */
#define STEP(name) printf("step %d %e\n", _pid, name)
mtype = { lock, check, mark, set_impl, enter_pipeline, use_pipeline, enter_dispatch, use_prepare, use_spill,
          clear_impl, unmark, unlock };

active [THREADS] proctype thread()
{
  {
    do
    :: d_step { SESSION_FREE -> STEP(lock); TAKE_SESSION }
       /* begin_encoding() */
       d_step { CALL_FREE(BEGIN_CALL) -> STEP(check); TAKE_CALL(BEGIN_CALL);
         if
         :: encoding[BUFFER] -> CRASH(ASSERTION)
         :: else
         fi }
       d_step { STEP(mark); encoding[BUFFER] = true; encoders[BUFFER]++;
         assert(encoders[BUFFER] < 2 || (WATCH != SECOND && WATCH != ANY)) }
       d_step { STEP(set_impl); impl[CONTEXT] = true; GIVE_CALL(BEGIN_CALL) }
       /* set_pipeline() */
       d_step { CALL_FREE(PIPELINE_CALL) -> STEP(enter_pipeline); TAKE_CALL(PIPELINE_CALL); callers[CONTEXT]++ }
       d_step { STEP(use_pipeline);
         if
         :: !impl[CONTEXT] -> CRASH(PIPELINE)
         :: else
         fi;
         callers[CONTEXT]--; GIVE_CALL(PIPELINE_CALL) }
       /* dispatch() */
       d_step { CALL_FREE(DISPATCH_CALL) -> STEP(enter_dispatch); TAKE_CALL(DISPATCH_CALL); callers[CONTEXT]++ }
       d_step { STEP(use_prepare);
         if
         :: !impl[CONTEXT] -> CRASH(PREPARE)
         :: else
         fi }
       d_step { STEP(use_spill);
         if
         :: !impl[CONTEXT] -> CRASH(SPILL)
         :: else
         fi;
         callers[CONTEXT]--; GIVE_CALL(DISPATCH_CALL) }
       /* end_encoding() */
       d_step { CALL_FREE(END_CALL) -> STEP(clear_impl); TAKE_CALL(END_CALL); impl[CONTEXT] = false }
       d_step { callers[CONTEXT] == 0 -> STEP(unmark); encoding[BUFFER] = false; encoders[BUFFER]--;
         GIVE_CALL(END_CALL) }
       d_step { STEP(unlock); GIVE_SESSION }
    od
  } unless { crashed != 0 }
}
