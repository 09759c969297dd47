/*
 * Threads decide while the policy is reloaded, swapped, and refused many times. Each decides twice with the policy that
 * it acquired, and both decisions have to belong entirely to the same version. Usage: reload RELOADS [watch|swap]
 */
#define _XOPEN_SOURCE 700
#include "check.h"

#include <corsac.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if __has_include(<valgrind/helgrind.h>)
/* Helgrind does not support atomics. These annotations tell it that a policy is complete before another thread acquires
 * it, so that it can check everything else. The test can annotate only its own swaps, because a reload builds its
 * policy inside the library. */
#include <valgrind/helgrind.h>
#else
#define ANNOTATE_HAPPENS_BEFORE(object)
#define ANNOTATE_HAPPENS_AFTER(object)
#endif

int check_passed, check_failed;

static const char *const VERSIONS[] = {
    "allow_origins = ['https://a.example']\nexpose_headers = ['X-A']\n",
    "allow_origins = ['https://b.example']\nexpose_headers = ['X-B']\n",
};
static const char BAD[] = "allow_origins = ['a.example']\n";

enum { READERS = 4 };

typedef struct {
  corsac_reloadable *reloadable;
  atomic_bool *done;
  long rounds, wrong, seen[2];
} reader;

static bool has(const corsac_decision *decision, const char *name, const char *value) {
  for (size_t i = 0; i < decision->header_count; i++) {
    const corsac_header *header = &decision->headers[i];
    if (strcmp(header->name.ptr, name) == 0 && header->op == CORSAC_OP_SET)
      return header->value.len == strlen(value) && memcmp(header->value.ptr, value, header->value.len) == 0;
  }
  return false;
}

static void *read_on(void *argument) {
  reader *self = argument;
  static const char *const origins[] = {"https://a.example", "https://b.example"}, *const exposed[] = {"x-a", "x-b"};
  while (!atomic_load_explicit(self->done, memory_order_relaxed)) {
    corsac_policy *policy = corsac_reloadable_acquire(self->reloadable);
    ANNOTATE_HAPPENS_AFTER(self->reloadable);
    int allowed = 0;
    for (int which = 0; which < 2; which++) {
      corsac_request request = {.size = sizeof request};
      request.method = corsac_slice_from("GET");
      request.origin = corsac_slice_from(origins[which]);
      corsac_decision decision = {.size = sizeof decision};
      if (corsac_policy_evaluate(policy, &request, &decision) != CORSAC_OK || decision.action != CORSAC_CONTINUE) self->wrong++;
      if (decision.reason == CORSAC_REASON_ORIGIN_ALLOWED) {
        allowed++, self->seen[which]++;
        if (!has(&decision, "access-control-allow-origin", origins[which])) self->wrong++;
        if (!has(&decision, "access-control-expose-headers", exposed[which])) self->wrong++;
      } else if (decision.reason != CORSAC_REASON_ORIGIN_NOT_ALLOWED) {
        self->wrong++;
      }
    }
    if (allowed != 1) self->wrong++;
    corsac_policy_free(policy);
    self->rounds++;
  }
  return NULL;
}

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) exit(2);
}

/* Each file is replaced by a rename, so that the watch never reads an incomplete one. */
static void put(const char *folder, const char *path, const char *text) {
  char fresh[128];
  snprintf(fresh, sizeof fresh, "%s/fresh", folder);
  write_file(fresh, text);
  if (rename(fresh, path) != 0) exit(2);
}

int main(int count, char **arguments) {
  long reloads = count > 1 ? atol(arguments[1]) : 1000, refused = 0;
  bool watch = count > 2 && strcmp(arguments[2], "watch") == 0, swap = count > 2 && strcmp(arguments[2], "swap") == 0;
  char folder[] = "/tmp/corsac-reload-XXXXXX", path[64];
  if (mkdtemp(folder) == NULL) return 2;
  snprintf(path, sizeof path, "%s/policy.toml", folder);
  put(folder, path, VERSIONS[0]);
  corsac_reloadable *reloadable = NULL;
  CHECK(corsac_reloadable_from_file(NULL, path, strlen(path), &reloadable, NULL) == CORSAC_OK);
  if (reloadable == NULL) return 1;
  if (watch) CHECK(corsac_reloadable_watch(reloadable, 10, NULL, NULL) == CORSAC_OK);

  atomic_bool done = false;
  pthread_t threads[READERS];
  reader readers[READERS];
  for (int i = 0; i < READERS; i++) {
    readers[i] = (reader){.reloadable = reloadable, .done = &done};
    CHECK(pthread_create(&threads[i], NULL, read_on, &readers[i]) == 0);
  }
  for (long i = 1; i <= reloads; i++) {
    if (i % 10 == 0) {
      /* A refused or missing file changes nothing. */
      if (i % 20 == 0) put(folder, path, BAD);
      else unlink(path);
      corsac_error *error = NULL;
      refused += corsac_reloadable_reload(reloadable, &error) != CORSAC_OK && corsac_error_count(error) == 1;
      corsac_error_free(error);
    }
    put(folder, path, VERSIONS[i % 2]);
    if (swap || i % 3 == 0) {
      corsac_policy *policy = NULL;
      CHECK(corsac_policy_from_file(path, strlen(path), &policy, NULL) == CORSAC_OK);
      ANNOTATE_HAPPENS_BEFORE(reloadable);
      CHECK(corsac_reloadable_swap(reloadable, policy) == CORSAC_OK);
      corsac_policy_free(policy);
    } else {
      CHECK(corsac_reloadable_reload(reloadable, NULL) == CORSAC_OK);
    }
  }
  nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
  atomic_store(&done, true);
  long rounds = 0, seen[2] = {0, 0};
  for (int i = 0; i < READERS; i++) {
    CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(readers[i].wrong == 0 && readers[i].rounds > 0);
    rounds += readers[i].rounds, seen[0] += readers[i].seen[0], seen[1] += readers[i].seen[1];
  }
  CHECK(refused == reloads / 10 && seen[0] + seen[1] == rounds);
  corsac_reloadable_free(reloadable);
  unlink(path), rmdir(folder);
  printf("reload: %ld reloads, %ld refused, under %ld requests: %ld of one version, %ld of the other\n", reloads, refused, rounds,
         seen[0], seen[1]);
  printf("reload: %d passed, %d failed\n", check_passed, check_failed);
  return check_failed != 0;
}
