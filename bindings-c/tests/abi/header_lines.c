/* A request's header lines: single lines are borrowed, and repeated ones are joined in the host's memory. */
#include "abi.h"

#include <stdlib.h>

typedef struct {
  void *blocks[16];
  size_t count, bytes, most;
} pool;

static void *take(size_t size, void *user) {
  pool *from = user;
  if (from->count == from->most) return NULL;
  from->bytes += size;
  return from->blocks[from->count++] = malloc(size);
}

static void give_back(pool *of) {
  for (size_t i = 0; i < of->count; i++) free(of->blocks[i]);
}

static corsac_status add(corsac_request *request, const char *name, const char *value, pool *from) {
  return corsac_request_add_header(request, corsac_slice_from(name), corsac_slice_from(value), take, from);
}

static void test_joined(void) {
  pool from = {.most = 16};
  corsac_request request = {.size = sizeof request};
  const char *origin = "https://app.example.com";
  CHECK(add(&request, "OriGin", origin, &from) == CORSAC_OK && request.origin.ptr == origin);
  CHECK(add(&request, "Cookie", "a=b", &from) == CORSAC_OK);
  CHECK(add(&request, "host", "example.com", &from) == CORSAC_OK && is_text(request.host, "example.com"));
  CHECK(add(&request, "access-control-request-headers", "", &from) == CORSAC_OK);
  CHECK(request.access_control_request_headers.ptr != NULL && request.access_control_request_headers.len == 0 && from.count == 0);
  CHECK(add(&request, "access-control-request-headers", "x-a", &from) == CORSAC_OK);
  CHECK(is_text(request.access_control_request_headers, ", x-a"));
  CHECK(add(&request, "Access-Control-Request-Headers", "x-b", &from) == CORSAC_OK);
  CHECK(is_text(request.access_control_request_headers, ", x-a, x-b") && from.count == 1);
  CHECK(add(&request, "Origin", origin, &from) == CORSAC_OK && from.count == 2);
  CHECK(is_text(request.origin, "https://app.example.com, https://app.example.com"));
  give_back(&from);
}

/* A thousand lines need only a few blocks, whose sizes are limited. */
static void test_many(void) {
  pool from = {.most = 16};
  corsac_request request = {.size = sizeof request};
  char *line = malloc(20000);
  CHECK(line != NULL);
  if (line == NULL) return;
  memset(line, 'x', 19999);
  line[19999] = '\0';
  for (int i = 0; i < 5000; i++) CHECK(add(&request, "access-control-request-headers", "x-name", &from) == CORSAC_OK);
  CHECK(request.access_control_request_headers.len > 8192 && request.access_control_request_headers.len < 8208);
  CHECK(add(&request, "access-control-request-method", "PUT", &from) == CORSAC_OK);
  CHECK(add(&request, "access-control-request-method", line, &from) == CORSAC_OK);
  CHECK(request.access_control_request_method.len == 8197);
  CHECK(from.bytes <= 64 * 1024);
  give_back(&from);
  free(line);
}

/* Without memory, the header gets a value that policies refuse. */
static void test_no_memory(void) {
  pool none = {.most = 0};
  corsac_policy *policy = policy_of(CREDENTIALED, false);
  corsac_request request = {.size = sizeof request, .method = {"GET", 3}};
  CHECK(add(&request, "origin", "https://app.example.com", &none) == CORSAC_OK);
  CHECK(add(&request, "origin", "https://app.example.com", &none) == CORSAC_MEMORY);
  corsac_decision decision = stale_decision();
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK);
  CHECK(decision.reason == CORSAC_REASON_ORIGIN_MALFORMED);
  CHECK(add(&request, "origin", "https://app.example.com", &none) == CORSAC_MEMORY);
  CHECK(corsac_request_add_header(&request, corsac_slice_from("origin"), corsac_slice_from("x"), NULL, NULL) ==
        CORSAC_MEMORY);
  corsac_policy_free(policy);
}

/* Requested header names that got lost must not look like an empty list. */
static void test_no_memory_for_names(void) {
  pool none = {.most = 0};
  corsac_policy *policy = policy_of(CREDENTIALED, false);
  corsac_request request = {.size = sizeof request, .method = {"OPTIONS", 7}};
  CHECK(add(&request, "origin", "https://app.example.com", &none) == CORSAC_OK);
  CHECK(add(&request, "access-control-request-method", "GET", &none) == CORSAC_OK);
  CHECK(add(&request, "access-control-request-headers", "x-forbidden", &none) == CORSAC_OK);
  CHECK(add(&request, "access-control-request-headers", "x-evil", &none) == CORSAC_MEMORY);
  corsac_decision decision = stale_decision();
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK);
  CHECK(decision.reason == CORSAC_REASON_PREFLIGHT_HEADERS_MALFORMED);
  pool some = {.most = 1};
  CHECK(add(&request, "access-control-request-headers", "accept", &some) == CORSAC_OK);
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK);
  CHECK(decision.reason == CORSAC_REASON_PREFLIGHT_HEADERS_MALFORMED);
  give_back(&some);
  corsac_policy_free(policy);
}

/* After the host has cleared a field, the field borrows the next value, and the library does not write to that value. */
static void test_taken_back(void) {
  pool from = {.most = 16};
  corsac_request request = {.size = sizeof request};
  CHECK(add(&request, "origin", "https://a.example", &from) == CORSAC_OK);
  CHECK(add(&request, "origin", "https://b.example", &from) == CORSAC_OK);
  request.origin = (corsac_slice){NULL, 0};
  char line[] = "https://c.example";
  CHECK(add(&request, "origin", line, &from) == CORSAC_OK && request.origin.ptr == line);
  CHECK(add(&request, "origin", "https://d.example", &from) == CORSAC_OK && request.origin.ptr != line);
  CHECK(strcmp(line, "https://c.example") == 0 && from.count == 2);
  give_back(&from);
}

/* Copies of a value, each followed by a NUL: in a buffer, and in the host's memory. */
static void test_copies(void) {
  corsac_policy *policy = policy_of(CREDENTIALED, false);
  /* Here the origin does not end in a NUL. */
  const char sent[] = "https://app.example.com/and more";
  corsac_request request = {.size = sizeof request, .method = {"GET", 3}, .origin = {sent, 23}};
  corsac_decision decision = {.size = sizeof decision};
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK && decision.header_count > 0);
  const corsac_header *header = &decision.headers[0];
  while (header->value.ptr != sent && header < &decision.headers[decision.header_count - 1]) header++;
  CHECK(header->value.ptr == sent);

  size_t length = 99;
  char *buffer = malloc(24);
  CHECK(buffer != NULL);
  if (buffer == NULL) return;
  CHECK(corsac_header_copy(header, buffer, 24, &length) == CORSAC_OK && length == 23);
  CHECK(strcmp(buffer, "https://app.example.com") == 0);
  CHECK(corsac_header_copy(header, buffer, 23, &length) == CORSAC_BAD_SIZE && length == 23 && buffer[0] == '\0');
  CHECK(corsac_header_copy(header, NULL, 0, &length) == CORSAC_BAD_SIZE && length == 23);
  CHECK(corsac_header_copy(header, NULL, 1, &length) == CORSAC_NULL);
  CHECK(corsac_header_copy(header, buffer, 24, NULL) == CORSAC_NULL);
  CHECK(corsac_header_copy(NULL, buffer, 24, &length) == CORSAC_NULL && length == 0 && buffer[0] == '\0');
  free(buffer);

  pool from = {.most = 1};
  char *own = corsac_header_own(header, take, &from);
  CHECK(own != NULL && strcmp(own, "https://app.example.com") == 0 && from.bytes == 24);
  CHECK(corsac_header_own(header, take, &from) == NULL);
  CHECK(corsac_header_own(NULL, take, &from) == NULL && corsac_header_own(header, NULL, NULL) == NULL);
  give_back(&from);
  corsac_policy_free(policy);
}

void test_header_lines(void) {
  test_copies();
  test_joined();
  test_no_memory_for_names();
  test_taken_back();
  test_many();
  test_no_memory();
  corsac_slice some = corsac_slice_from("origin"), absent = {NULL, 0};
  corsac_request request = {.size = sizeof request}, unset = {0};
  CHECK(corsac_request_add_header(NULL, some, some, take, NULL) == CORSAC_NULL);
  CHECK(corsac_request_add_header(&request, absent, some, take, NULL) == CORSAC_NULL);
  CHECK(corsac_request_add_header(&request, some, absent, take, NULL) == CORSAC_NULL);
  CHECK(corsac_request_add_header(&unset, some, some, take, NULL) == CORSAC_BAD_SIZE);
  CHECK(request.origin.ptr == NULL);
}
