/* What a decision costs from C, and how often it asks for memory. One JSON object on standard output. Built by c.py. */
#define _GNU_SOURCE
#include <corsac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Every way to memory goes through here: the library's calls, too. */
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t), *__libc_memalign(size_t, size_t);
static unsigned long allocations;
void *malloc(size_t size) { return allocations++, __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return allocations++, __libc_calloc(count, size); }
void *realloc(void *block, size_t size) { return allocations++, __libc_realloc(block, size); }
void *memalign(size_t align, size_t size) { return allocations++, __libc_memalign(align, size); }
void *aligned_alloc(size_t align, size_t size) { return allocations++, __libc_memalign(align, size); }
int posix_memalign(void **out, size_t align, size_t size) {
  allocations++;
  return (*out = __libc_memalign(align, size)) == NULL ? 12 : 0;
}

enum { ROUNDS = 41, CALLS = 200000 };

static int compare(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void measure(const char *name, const corsac_policy *policy, const corsac_request *request, bool last) {
  static double times[ROUNDS];
  corsac_decision decision = {.size = sizeof decision};
  unsigned long before = 0;
  for (int round = -1; round < ROUNDS; round++) {
    if (round == 0) before = allocations;
    double start = now();
    for (int i = 0; i < CALLS; i++) {
      if (corsac_policy_evaluate(policy, request, &decision) != CORSAC_OK) exit(1);
    }
    if (round >= 0) times[round] = (now() - start) / CALLS;
  }
  unsigned long made = allocations - before;
  qsort(times, ROUNDS, sizeof *times, compare);
  printf("\"%s\": {\"ns\": %.2f, \"best\": %.2f, \"allocations\": %lu, \"headers\": %zu}%s", name, times[ROUNDS / 2], times[0], made,
         decision.header_count, last ? "" : ", ");
}

static corsac_policy *policy_of(const char *json) {
  corsac_policy *policy = NULL;
  if (corsac_policy_from_json(json, strlen(json), &policy, NULL) != CORSAC_OK) exit(1);
  return policy;
}

int main(void) {
  corsac_policy *policy = policy_of("{\"allow_origins\": [\"https://app.example.com\"], \"allow_credentials\": true, \"allow_methods\": "
                                    "[\"PUT\"], \"allow_headers\": [\"X-Token\", \"X-Request-Id\"], \"expose_headers\": [\"ETag\"]}");
  corsac_request none = {.size = sizeof none}, allowed, refused, preflight;
  none.method = corsac_slice_from("GET");
  allowed = refused = none;
  allowed.origin = corsac_slice_from("https://app.example.com");
  refused.origin = corsac_slice_from("https://evil.example.org");
  preflight = allowed;
  preflight.method = corsac_slice_from("OPTIONS");
  preflight.access_control_request_method = corsac_slice_from("PUT");
  preflight.access_control_request_headers = corsac_slice_from("x-request-id,x-token");

  unsigned long before = allocations;
  free(policy_of("{\"allow_origins\": []}") == NULL ? NULL : malloc(1));
  if (allocations == before) return fprintf(stderr, "allocations are not seen\n"), 1;

  printf("{");
  measure("no-origin", policy, &none, false);
  measure("allowed", policy, &allowed, false);
  measure("refused", policy, &refused, false);
  measure("preflight", policy, &preflight, true);
  printf("}\n");
  corsac_policy_free(policy);
  return 0;
}
