/*
 * A watch is ended by its own callback, by other threads, and by both at once. Threads that are not callbacks wait for
 * all callbacks.
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

int check_passed, check_failed;

enum { LOOK = 10 };

static char folder[] = "/tmp/corsac-watch-XXXXXX", path[64];
static corsac_reloadable *holder;
static atomic_int calls, running, written, wrong;

static void rest(long milliseconds) { nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000}, NULL); }

static void change(void) {
  char fresh[80];
  snprintf(fresh, sizeof fresh, "%s/fresh", folder);
  FILE *file = fopen(fresh, "w");
  if (file == NULL || fprintf(file, "allow_origins = ['https://a%d.example']\n", written++) < 0 || fclose(file) != 0) exit(2);
  if (rename(fresh, path) != 0) exit(2);
}

/* --- callbacks; each runs for a while --- */

static int enter(void) {
  running++;
  return ++calls;
}

static void leave(void) {
  rest(100);
  running--;
}

static void unwatches(corsac_status status, const corsac_error *error, void *user) {
  (void)status, (void)error, (void)user;
  enter();
  corsac_reloadable_unwatch(holder);
  leave();
}

/* When this ends the watch, the main thread is already waiting in `_free` or `_unwatch`. */
static void unwatches_late(corsac_status status, const corsac_error *error, void *user) {
  (void)status, (void)error, (void)user;
  enter();
  rest(100);
  corsac_reloadable_unwatch(holder);
  leave();
}

static void watches(corsac_status status, const corsac_error *error, void *user) {
  (void)status, (void)error;
  enter();
  if (corsac_reloadable_watch(holder, LOOK, watches, user) != CORSAC_OK) wrong++;
  leave();
}

static void watches_late(corsac_status status, const corsac_error *error, void *user) {
  (void)status, (void)error;
  enter();
  rest(100);
  if (corsac_reloadable_watch(holder, LOOK, watches_late, user) != CORSAC_OK) wrong++;
  leave();
}

static void only_runs(corsac_status status, const corsac_error *error, void *user) {
  (void)status, (void)error, (void)user;
  enter();
  leave();
}

static void frees(corsac_status status, const corsac_error *error, void *user) {
  (void)status, (void)error, (void)user;
  enter();
  corsac_reloadable_free(holder);
  leave();
}

/* The first callback begins a second one, and both end all watches while both run. */
static void crosses(corsac_status status, const corsac_error *error, void *user) {
  (void)status, (void)error;
  if (enter() == 1) {
    if (corsac_reloadable_watch(holder, LOOK, crosses, user) != CORSAC_OK) wrong++;
    rest(3 * LOOK);
    change();
    for (int i = 0; i < 10000 && calls < 2; i++) rest(1);
  }
  rest(50);
  corsac_reloadable_unwatch(holder);
  leave();
}

/* --- the cases --- */

/* A callback is running when this returns. */
static void begin(corsac_on_reload callback) {
  calls = 0;
  change();
  CHECK(corsac_reloadable_from_file(NULL, path, strlen(path), &holder, NULL) == CORSAC_OK);
  CHECK(corsac_reloadable_watch(holder, LOOK, callback, NULL) == CORSAC_OK);
  rest(3 * LOOK);
  change();
  int wanted = callback == crosses ? 2 : 1;
  for (int i = 0; i < 10000 && calls < wanted; i++) rest(1);
  CHECK(calls == wanted);
}

static void ended(void) {
  CHECK(running == 0);
  int before = calls;
  for (int i = 0; i < 3; i++) change(), rest(4 * LOOK);
  CHECK(calls == before && running == 0);
}

static void freed(corsac_on_reload callback) {
  begin(callback);
  rest(20);
  corsac_reloadable_free(holder);
  ended();
}

static void unwatched(corsac_on_reload callback) {
  begin(callback);
  rest(20);
  corsac_reloadable_unwatch(holder);
  ended();
  corsac_reloadable_free(holder);
}

static void *unwatch(void *unused) {
  (void)unused;
  corsac_reloadable_unwatch(holder);
  if (running != 0) wrong++;
  return NULL;
}

static void unwatched_twice(void) {
  pthread_t other;
  begin(only_runs);
  CHECK(pthread_create(&other, NULL, unwatch, NULL) == 0);
  rest(20);
  corsac_reloadable_unwatch(holder);
  CHECK(running == 0);
  CHECK(pthread_join(other, NULL) == 0);
  ended();
  corsac_reloadable_free(holder);
}

static void freed_by_the_callback(void) {
  begin(frees);
  for (int i = 0; i < 3000 && running > 0; i++) rest(1);
  ended();
}

int main(void) {
  if (mkdtemp(folder) == NULL) return 2;
  snprintf(path, sizeof path, "%s/policy.toml", folder);
  static const corsac_on_reload callbacks[] = {only_runs, unwatches, unwatches_late, watches, watches_late, crosses};
  for (size_t i = 0; i < sizeof callbacks / sizeof *callbacks; i++) freed(callbacks[i]), unwatched(callbacks[i]);
  unwatched_twice();
  freed_by_the_callback();
  CHECK(wrong == 0);
  unlink(path), rmdir(folder);
  printf("watch: %d passed, %d failed\n", check_passed, check_failed);
  return check_failed != 0;
}
