// Settings from the command line, threads that start together, and results as lines of stdout: what the
// Metal workloads here share. Plain C with pthreads, so that .m and .mm files can include it.

#ifndef SAMPLES_METAL_WORKLOAD_LINES_H
#define SAMPLES_METAL_WORKLOAD_LINES_H

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

// One `--name VALUE`: a whole number from `least` to `most`, or one of `words`.
typedef struct {
  const char* name;
  long* number;  // Where a number goes; NULL for a word.
  long least;
  long most;
  const char** word;         // Where a word goes; NULL for a number.
  const char* const* words;  // Ends with NULL.
} WorkloadSetting;

static inline bool workload_assign(const WorkloadSetting* setting, const char* text) {
  if (setting->number != NULL) {
    char* end = NULL;
    const long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || value < setting->least || value > setting->most) return false;
    *setting->number = value;
    return true;
  }
  for (const char* const* word = setting->words; *word != NULL; ++word) {
    if (strcmp(*word, text) != 0) continue;
    *setting->word = *word;
    return true;
  }
  return false;
}

// Reads all arguments into the settings; false, after telling the usage on stderr, where one is not
// understood.
static inline bool workload_read_settings(int argc, char** argv, const WorkloadSetting* settings,
                                          size_t count) {
  bool understood = true;
  for (int at = 1; at < argc && understood; at += 2) {
    understood = false;
    for (size_t i = 0; i < count; ++i) {
      if (at + 1 < argc && strcmp(argv[at], settings[i].name) == 0) {
        understood = workload_assign(&settings[i], argv[at + 1]);
      }
    }
  }
  if (understood) return true;
  fprintf(stderr, "usage: %s", argv[0]);
  for (size_t i = 0; i < count; ++i) {
    fprintf(stderr, " [%s ", settings[i].name);
    if (settings[i].number != NULL) {
      fprintf(stderr, "%ld..%ld", settings[i].least, settings[i].most);
    } else {
      for (const char* const* word = settings[i].words; *word != NULL; ++word) {
        fprintf(stderr, "%s%s", word == settings[i].words ? "" : "|", *word);
      }
    }
    fprintf(stderr, "]");
  }
  fprintf(stderr, "\n");
  return false;
}

// Each line is flushed, since the next instruction may be the last.
static inline void workload_phase(const char* phase) {
  printf("{\"faultline\": {\"phase\": \"%s\"}}\n", phase);
  fflush(stdout);
}

static inline void workload_metric(const char* name, double value) {
  printf("{\"faultline\": {\"metric\": \"%s\", \"value\": %.3f}}\n", name, value);
  fflush(stdout);
}

static inline void workload_results(long ok, long of) {
  printf("{\"faultline\": {\"ok\": %ld, \"of\": %ld}}\n", ok, of);
  fflush(stdout);
}

static inline void workload_complete(void) {
  printf("complete\n");
  fflush(stdout);
}

// What every thread does; it gives back how many of its results were right.
typedef long (*WorkloadWork)(long thread);

typedef struct {
  pthread_mutex_t mutex;
  pthread_cond_t opened;
  bool open;
} WorkloadGate;

typedef struct {
  WorkloadGate* gate;
  WorkloadWork work;
  long index;
  long ok;
} WorkloadThread;

static inline void* workload_thread_main(void* argument) {
  WorkloadThread* self = (WorkloadThread*)argument;
  pthread_mutex_lock(&self->gate->mutex);
  while (!self->gate->open) pthread_cond_wait(&self->gate->opened, &self->gate->mutex);
  pthread_mutex_unlock(&self->gate->mutex);
  self->ok = self->work(self->index);
  return NULL;
}

static inline double workload_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// Runs `work` on `count` threads that begin together. `*seconds` is the time from there to the end of the
// last one. Returns the sum of what they gave back, or -1 where a thread could not be made.
static inline long workload_run_threads(long count, WorkloadWork work, double* seconds) {
  WorkloadGate gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
  WorkloadThread* threads = (WorkloadThread*)calloc((size_t)count, sizeof(WorkloadThread));
  pthread_t* handles = (pthread_t*)calloc((size_t)count, sizeof(pthread_t));
  long started = 0;
  while (threads != NULL && handles != NULL && started < count) {
    threads[started].gate = &gate;
    threads[started].work = work;
    threads[started].index = started;
    if (pthread_create(&handles[started], NULL, workload_thread_main, &threads[started]) != 0) break;
    ++started;
  }

  const double began = workload_seconds();
  pthread_mutex_lock(&gate.mutex);
  gate.open = true;
  pthread_cond_broadcast(&gate.opened);
  pthread_mutex_unlock(&gate.mutex);

  long ok = 0;
  for (long i = 0; i < started; ++i) {
    pthread_join(handles[i], NULL);
    ok += threads[i].ok;
  }
  *seconds = workload_seconds() - began;
  free(handles);
  free(threads);
  return started == count ? ok : -1;
}

#ifdef __cplusplus
}
#endif

#endif
