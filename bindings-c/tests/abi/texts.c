/* Hostile texts, in policies and in requests. */
#include "abi.h"

#include <stdlib.h>

/* The text is refused as a policy, with an error that gives the reason. */
static void check_refused(const char *text, size_t length) {
  corsac_policy *policy;
  corsac_error *error;
  CHECK(corsac_policy_from_json(text, length, &policy, &error) == CORSAC_CONFIG);
  CHECK(policy == NULL && corsac_error_count(error) > 0);
  corsac_error_free(error);
  CHECK(corsac_policy_from_toml(text, length, &policy, &error) == CORSAC_CONFIG);
  CHECK(policy == NULL && corsac_error_count(error) > 0);
  corsac_error_free(error);
}

void test_texts(void) {
  check_refused("", 0);
  check_refused("\0", 1);
  check_refused("{", 1);
  check_refused("\xff\xfe\x00\x80", 4);
  check_refused("{\"allow_origins\": [\"\xff\"]}", 23);

  const size_t huge = 1 << 20;
  char *text = malloc(huge);
  CHECK(text != NULL);
  if (text == NULL) return;
  memset(text, '[', huge);
  check_refused(text, huge);

  corsac_policy *policy = policy_of(CREDENTIALED, false);
  corsac_request request = request_of("OPTIONS", "https://app.example.com");
  corsac_decision decision = {.size = sizeof decision};
  memset(text, ',', huge);
  request.access_control_request_method = corsac_slice_from("PUT");
  request.access_control_request_headers = (corsac_slice){text, huge};
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK && decision.status == 204);
  request.access_control_request_method = (corsac_slice){text, huge};
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK);
  CHECK(decision.reason == CORSAC_REASON_PREFLIGHT_METHOD_NOT_ALLOWED);
  request.origin = (corsac_slice){text, huge};
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK && decision.status == 403);
  CHECK(decision.reason == CORSAC_REASON_ORIGIN_MALFORMED);
  request = request_of("", "https://app.example.com");
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK);
  CHECK(decision.reason == CORSAC_REASON_ORIGIN_ALLOWED);
  request = request_of("GET", "");
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK);
  CHECK(decision.reason == CORSAC_REASON_ORIGIN_MALFORMED);
  /* A slice is absent only if its pointer is NULL. */
  request.origin = (corsac_slice){NULL, 7};
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK);
  CHECK(decision.reason == CORSAC_REASON_NO_ORIGIN);
  corsac_policy_free(policy);
  free(text);
}

/* No header value of a decision has CR, LF, NUL or another byte of `bad`, whichever field of the request has it. */
void test_headers_are_clean(void) {
  static const char *const policies[] = {
      CREDENTIALED,
      "{\"allow_origins\": [\"https://app.example.com\"], \"allow_credentials\": true, \"allow_methods\": [\"*\"], "
      "\"allow_headers\": [\"*\"], \"allow_private_network\": true}",
      "{\"allow_origins\": [\"*\"], \"allow_methods\": [\"*\"], \"allow_headers\": [\"*\", \"Authorization\"]}",
  };
  static const char bad[] = {'\r', '\n', '\0', '\x7f', '\x80', '\xff'};
  for (size_t p = 0; p < sizeof policies / sizeof *policies; p++) {
    corsac_policy *policy = policy_of(policies[p], false);
    for (size_t b = 0; b < sizeof bad; b++) {
      for (size_t field = 0; field < 4; field++) {
        corsac_request request = request_of("OPTIONS", "https://app.example.com");
        corsac_slice *slices[] = {&request.origin, &request.access_control_request_method,
                                  &request.access_control_request_headers,
                                  &request.access_control_request_private_network};
        request.access_control_request_method = corsac_slice_from("PATCH");
        request.access_control_request_headers = corsac_slice_from("x-a, x-b");
        request.access_control_request_private_network = corsac_slice_from("true");
        char dirty[64];
        size_t length = slices[field]->len + 5;
        memcpy(dirty, slices[field]->ptr, slices[field]->len);
        memcpy(dirty + slices[field]->len, "?X: y", 5);
        dirty[slices[field]->len] = bad[b];
        *slices[field] = (corsac_slice){dirty, length};

        corsac_decision decision = {.size = sizeof decision};
        CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK);
        for (size_t i = 0; i < decision.header_count; i++) {
          corsac_slice value = decision.headers[i].value;
          CHECK(value.len == 0 || memchr(value.ptr, bad[b], value.len) == NULL);
        }
      }
    }
    corsac_policy_free(policy);
  }
}
