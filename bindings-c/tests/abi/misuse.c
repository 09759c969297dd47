/* NULL and wrong sizes: an error code, and a decision that refuses. */
#include "abi.h"

#include <stdint.h>

void test_null(void) {
  corsac_policy *policy = policy_of(CREDENTIALED, false), *out = policy;
  corsac_error *error = (corsac_error *)policy;

  CHECK(corsac_policy_from_json(NULL, 0, &out, &error) == CORSAC_NULL);
  CHECK(out == NULL && error == NULL);
  CHECK(corsac_policy_from_json(NULL, 5, &out, NULL) == CORSAC_NULL);
  CHECK(corsac_policy_from_json("{}", 2, NULL, &error) == CORSAC_NULL && error == NULL);
  CHECK(corsac_policy_from_json("{}", 2, NULL, NULL) == CORSAC_NULL);
  CHECK(corsac_policy_from_toml(NULL, 0, &out, &error) == CORSAC_NULL && out == NULL && error == NULL);
  CHECK(corsac_policy_from_file(NULL, 0, &out, &error) == CORSAC_NULL && out == NULL && error == NULL);
  CHECK(corsac_policy_from_json("{}", 2, &out, NULL) == CORSAC_CONFIG && out == NULL);

  corsac_request request = request_of("GET", "https://app.example.com");
  corsac_decision decision = stale_decision();
  CHECK(corsac_policy_evaluate(NULL, &request, &decision) == CORSAC_NULL && refuses(&decision));
  decision = stale_decision();
  CHECK(corsac_policy_evaluate(policy, NULL, &decision) == CORSAC_NULL && refuses(&decision));
  CHECK(corsac_policy_evaluate(policy, &request, NULL) == CORSAC_NULL);
  CHECK(corsac_policy_evaluate(NULL, NULL, NULL) == CORSAC_NULL);
  decision = stale_decision();
  CHECK(corsac_policy_resolve(NULL, &request, CORSAC_PREDICATE_ALLOW, &decision) == CORSAC_NULL && refuses(&decision));
  decision = stale_decision();
  CHECK(corsac_policy_resolve(policy, NULL, CORSAC_PREDICATE_ALLOW, &decision) == CORSAC_NULL && refuses(&decision));
  CHECK(corsac_policy_resolve(policy, &request, CORSAC_PREDICATE_ALLOW, NULL) == CORSAC_NULL);
  decision = stale_decision();
  CHECK(corsac_policy_evaluate_with(policy, &request, NULL, NULL, &decision) == CORSAC_NULL && refuses(&decision));
  CHECK(corsac_policy_evaluate_with(policy, &request, NULL, NULL, NULL) == CORSAC_NULL);

  request.method = (corsac_slice){NULL, 3};
  decision = stale_decision();
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_NULL && refuses(&decision));

  corsac_issue issue = {.size = sizeof issue};
  CHECK(corsac_error_count(NULL) == 0);
  CHECK(is_absent(corsac_error_message(NULL)));
  CHECK(corsac_error_issue(NULL, 0, &issue) == CORSAC_NULL);
  CHECK(corsac_policy_lint_count(NULL) == 0);
  CHECK(corsac_policy_lint(NULL, 0, &issue) == CORSAC_NULL);
  CHECK(corsac_policy_lint(policy, 0, NULL) == CORSAC_NULL);
  CHECK(is_absent(corsac_slice_from(NULL)));
  CHECK(corsac_policy_clone(NULL) == NULL);
  corsac_policy_free(NULL);
  corsac_error_free(NULL);

  char buffer[8] = "stale";
  size_t length = 99;
  corsac_slice line = corsac_slice_from("A");
  CHECK(corsac_vary_merge(NULL, 1, line, buffer, sizeof buffer, &length) == CORSAC_NULL && buffer[0] == '\0');
  CHECK(corsac_vary_merge(&line, 1, line, NULL, 8, &length) == CORSAC_NULL);
  CHECK(corsac_vary_merge(&line, 1, line, buffer, sizeof buffer, NULL) == CORSAC_NULL);
  CHECK(corsac_vary_merge(&line, 1, (corsac_slice){NULL, 0}, buffer, sizeof buffer, &length) == CORSAC_NULL);
  CHECK(length == 0);
  corsac_policy_free(policy);
}

void test_sizes(void) {
  corsac_policy *policy = policy_of(CREDENTIALED, false);
  corsac_request request = request_of("GET", "https://app.example.com");
  corsac_decision decision;

  const size_t small[] = {0, 1, sizeof(size_t), offsetof(corsac_request, joined)};
  for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
    request.size = small[i];
    decision = stale_decision();
    CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_BAD_SIZE && refuses(&decision));
    decision = stale_decision();
    CHECK(corsac_policy_resolve(policy, &request, CORSAC_PREDICATE_ALLOW, &decision) == CORSAC_BAD_SIZE);
    CHECK(refuses(&decision));
  }

  /* A caller with a newer header: it has more fields than this library knows, and the library does not touch them. */
  struct {
    corsac_request known;
    char unknown[64];
  } newer_request = {.known = request_of("GET", "https://app.example.com")};
  struct {
    corsac_decision known;
    char unknown[64];
  } newer_decision;
  memset(&newer_request.unknown, 0xff, sizeof newer_request.unknown);
  memset(&newer_decision, 0x5a, sizeof newer_decision);
  newer_request.known.size = sizeof newer_request;
  newer_decision.known.size = sizeof newer_decision;
  CHECK(corsac_policy_evaluate(policy, &newer_request.known, &newer_decision.known) == CORSAC_OK);
  CHECK(newer_decision.known.reason == CORSAC_REASON_ORIGIN_ALLOWED);
  CHECK(newer_decision.known.size == sizeof newer_decision);
  for (size_t i = 0; i < sizeof newer_decision.unknown; i++) CHECK(newer_decision.unknown[i] == 0x5a);

  /* A decision that is too small to be written stays unchanged, and a decision of zeros is a refusal. */
  request.size = sizeof request;
  decision = (corsac_decision){.size = sizeof decision - 1};
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_BAD_SIZE);
  CHECK(decision.action == CORSAC_RESPOND && decision.header_count == 0);

  /* No object can be this long. */
  request.origin.len = SIZE_MAX;
  decision = stale_decision();
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_BAD_SIZE && refuses(&decision));

  corsac_policy *out = policy;
  CHECK(corsac_policy_from_json("{}", SIZE_MAX, &out, NULL) == CORSAC_BAD_SIZE && out == NULL);
  corsac_policy_options options = {.size = sizeof(size_t)};
  CHECK(corsac_policy_from_json_with(&options, "{}", 2, &out, NULL) == CORSAC_BAD_SIZE && out == NULL);
  CHECK(corsac_policy_from_json_with(NULL, CREDENTIALED, strlen(CREDENTIALED), &out, NULL) == CORSAC_OK);
  corsac_policy_free(out);

  corsac_slice line = corsac_slice_from("A");
  size_t length;
  CHECK(corsac_vary_merge(&line, SIZE_MAX, line, NULL, 0, &length) == CORSAC_BAD_SIZE);
  corsac_issue issue = {.size = 0};
  CHECK(corsac_policy_lint(policy, 0, &issue) == CORSAC_BAD_SIZE);
  corsac_policy_free(policy);
}
