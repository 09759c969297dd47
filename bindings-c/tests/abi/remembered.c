/* Copies of requests, and whether a policy decides the same on two of them. */
#include "abi.h"

#include <stddef.h>

#define ROUTED "{\"allow_origins\": [\"https://app.example.com\"], \"routes\": [{\"path\": \"/x\", \"allow_origins\": []}]}"
#define PROTECTED "{\"allow_origins\": [\"https://app.example.com\"], \"protection\": {\"writes\": \"reject\"}}"

static const size_t slices[] = {
    offsetof(corsac_request, method), offsetof(corsac_request, origin), offsetof(corsac_request, access_control_request_method),
    offsetof(corsac_request, access_control_request_headers), offsetof(corsac_request, access_control_request_private_network),
    offsetof(corsac_request, path), offsetof(corsac_request, host), offsetof(corsac_request, sec_fetch_site),
    offsetof(corsac_request, authority), offsetof(corsac_request, upgrade), offsetof(corsac_request, sec_websocket_key),
};
enum { SLICES = sizeof slices / sizeof *slices, CORS = 5, PATH = 5 };

static corsac_slice *slice(corsac_request *of, int which) { return (corsac_slice *)(void *)((char *)of + slices[which]); }

static corsac_request full(void) {
  corsac_request request = {.size = sizeof request};
  for (int i = 0; i < SLICES; i++) *slice(&request, i) = corsac_slice_from("text");
  return request;
}

/* A difference counts if the policy reads that part of a request. */
static void test_differences(void) {
  corsac_policy *cors = policy_of(CREDENTIALED, false), *routed = policy_of(ROUTED, false), *guarded = policy_of(PROTECTED, false);
  corsac_request one = full(), empty = full(), other;
  for (int i = 0; i < SLICES; i++) {
    const char *values[] = {"texu", "texts", "", NULL};
    for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
      other = full();
      *slice(&other, i) = corsac_slice_from(values[k]);
      CHECK(corsac_policy_decides_same(cors, &one, &other) == (i >= CORS));
      CHECK(corsac_policy_decides_same(routed, &one, &other) == (i >= CORS && i != PATH));
      CHECK(corsac_policy_decides_same(guarded, &one, &other) == (i == PATH));
    }
    /* An empty text is not an absent one. */
    other = empty = full();
    *slice(&empty, i) = corsac_slice_from("");
    *slice(&other, i) = (corsac_slice){NULL, 0};
    CHECK(corsac_policy_decides_same(cors, &empty, &other) == (i >= CORS));
  }
  other = full();
  other.path_decoded = true;
  CHECK(corsac_policy_decides_same(cors, &one, &other) && !corsac_policy_decides_same(routed, &one, &other));
  other = full();
  other.secure = true;
  CHECK(corsac_policy_decides_same(cors, &one, &other) && !corsac_policy_decides_same(guarded, &one, &other));
  other = full();
  other.websocket = true;
  CHECK(corsac_policy_decides_same(routed, &one, &other) && !corsac_policy_decides_same(guarded, &one, &other));
  /* The bytes count, not where they are. */
  char text[] = "text";
  other = full();
  for (int i = 0; i < SLICES; i++) slice(&other, i)->ptr = text;
  CHECK(corsac_policy_decides_same(routed, &one, &other) && corsac_policy_decides_same(guarded, &one, &other));
  corsac_policy_free(cors);
  corsac_policy_free(routed);
  corsac_policy_free(guarded);
}

static void test_copies(void) {
  corsac_policy *guarded = policy_of(PROTECTED, false);
  char buffer[11 * 4];
  corsac_request request = full(), copy = {.size = sizeof copy};
  request.secure = true;
  CHECK(corsac_request_copy(&request, buffer, sizeof buffer - 1, &copy) == CORSAC_BAD_SIZE && copy.method.ptr == NULL);
  CHECK(corsac_request_copy(&request, buffer, sizeof buffer, &copy) == CORSAC_OK);
  CHECK(corsac_policy_decides_same(guarded, &request, &copy) && copy.secure);
  for (int i = 0; i < SLICES; i++) {
    CHECK(is_text(*slice(&copy, i), "text") && slice(&copy, i)->ptr >= buffer && slice(&copy, i)->ptr < buffer + sizeof buffer);
  }
  /* Absent and empty texts stay what they are, and need no room. */
  request = (corsac_request){.size = sizeof request, .method = corsac_slice_from(""), .origin = {NULL, 7}};
  CHECK(corsac_request_copy(&request, NULL, 0, &copy) == CORSAC_OK);
  CHECK(is_text(copy.method, "") && copy.origin.ptr == NULL && copy.host.ptr == NULL && !copy.secure);
  corsac_policy_free(guarded);
}

static void test_misused(void) {
  corsac_policy *policy = policy_of(CREDENTIALED, false);
  char buffer[64];
  corsac_request request = request_of("GET", "https://app.example.com"), copy = {.size = sizeof copy};
  CHECK(corsac_request_copy(NULL, buffer, sizeof buffer, &copy) == CORSAC_NULL);
  CHECK(corsac_request_copy(&request, buffer, sizeof buffer, NULL) == CORSAC_NULL);
  CHECK(corsac_request_copy(&request, NULL, 1, &copy) == CORSAC_NULL);
  CHECK(!corsac_policy_decides_same(NULL, &request, &request) && !corsac_policy_decides_same(policy, NULL, &request));
  CHECK(!corsac_policy_decides_same(policy, &request, NULL) && corsac_policy_decides_same(policy, &request, &request));
  copy.size = 8;
  CHECK(corsac_request_copy(&request, buffer, sizeof buffer, &copy) == CORSAC_BAD_SIZE);
  CHECK(!corsac_policy_decides_same(policy, &request, &copy));

  /* A caller with the first version of the header has a shorter struct. Here only the copy is short, then both are, then
   * only the request is. */
  copy.size = offsetof(corsac_request, authority);
  CHECK(corsac_request_copy(&request, buffer, sizeof buffer, &copy) == CORSAC_BAD_SIZE);
  request.size = offsetof(corsac_request, authority);
  memset(&copy, 0xff, sizeof copy);
  copy.size = offsetof(corsac_request, authority);
  CHECK(corsac_request_copy(&request, buffer, sizeof buffer, &copy) == CORSAC_OK && is_text(copy.method, "GET"));
  CHECK(copy.authority.len == (size_t)-1);
  copy.size = sizeof copy;
  CHECK(corsac_request_copy(&request, buffer, sizeof buffer, &copy) == CORSAC_OK && copy.authority.ptr == NULL && !copy.secure);
  CHECK(corsac_policy_decides_same(policy, &copy, &copy));

  request = request_of(NULL, NULL);
  CHECK(!corsac_policy_decides_same(policy, &request, &request));
  request = request_of("GET", "https://app.example.com");
  request.origin.len = (size_t)-1;
  CHECK(corsac_request_copy(&request, buffer, sizeof buffer, &copy) == CORSAC_BAD_SIZE);
  CHECK(!corsac_policy_decides_same(policy, &request, &request));
  /* A path with an impossible length is not accepted either, even if the policy has no routes. */
  request = request_of("GET", "https://app.example.com");
  copy = request;
  copy.path = (corsac_slice){"/", (size_t)-1};
  CHECK(!corsac_policy_decides_same(policy, &request, &copy) && !corsac_policy_decides_same(policy, &copy, &request));
  corsac_policy_free(policy);
}

/* The bits contain the length of every name that the library recognises, so a host can leave out lines whose names have
 * other lengths. */
static void test_name_lengths(void) {
  const char *names[] = {"Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers", "Access-Control-Request-Private-Network",
                         "Host", ":authority", "Sec-Fetch-Site", "Upgrade", "Sec-WebSocket-Key"};
  uint64_t lengths = corsac_request_name_lengths();
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) CHECK((lengths >> strlen(names[i]) & 1) != 0);
  CHECK((lengths & 1) == 0 && (lengths >> strlen("user-agent-of-mine") & 1) == 0 && lengths >> 63 == 0);
}

void test_remembered(void) {
  test_differences();
  test_copies();
  test_misused();
  test_name_lengths();
}
