/* Decides one request many times through the shared library, and prints how often that asked for memory: `decision NAME COUNT`.
 * benches/stacks/c.py builds it and counts its instructions. */
#define _GNU_SOURCE
#include <corsac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every allocation goes through here, even those of the library. */
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

static corsac_policy *policy_of(const char *json) {
  corsac_policy *policy = NULL;
  if (corsac_policy_from_json(json, strlen(json), &policy, NULL) != CORSAC_OK) exit(1);
  return policy;
}

int main(int count, char **arguments) {
  if (count != 3) return fprintf(stderr, "usage: decision NAME COUNT\n"), 1;
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

  const char *name = arguments[1];
  const corsac_request *request = strcmp(name, "no-origin") == 0   ? &none
                                  : strcmp(name, "allowed") == 0   ? &allowed
                                  : strcmp(name, "refused") == 0   ? &refused
                                  : strcmp(name, "preflight") == 0 ? &preflight
                                                                   : NULL;
  if (request == NULL) return fprintf(stderr, "there is no request called %s\n", name), 1;
  corsac_decision decision = {.size = sizeof decision};
  before = allocations;
  for (long left = strtol(arguments[2], NULL, 10); left > 0; left--) {
    if (corsac_policy_evaluate(policy, request, &decision) != CORSAC_OK) return 1;
  }
  printf("{\"allocations\": %lu}\n", allocations - before);
  corsac_policy_free(policy);
  return 0;
}
