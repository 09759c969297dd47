/* Decisions: predicates, the operations of headers, and where slices borrow from. */
#include "abi.h"

#define WITH_PREDICATE "{\"allow_origins\": [\"https://app.example.com\"]}"

struct asked {
  corsac_predicate_answer answer;
  int calls;
  corsac_slice origin;
  const corsac_request *request;
};

static corsac_predicate_answer predicate(corsac_slice origin, const corsac_request *request, void *user) {
  struct asked *asked = user;
  asked->calls++;
  asked->origin = origin;
  asked->request = request;
  return asked->answer;
}

void test_predicate(void) {
  corsac_policy *policy = policy_of(WITH_PREDICATE, true);
  corsac_request request = request_of("GET", "https://tenant.example.org");
  corsac_decision decision = stale_decision();
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK);
  CHECK(decision.action == CORSAC_ASK);
  /* A host that ignores `CORSAC_ASK` and uses the decision refuses the request. */
  CHECK(decision.status == 403 && decision.header_count == 0 && decision.reason == CORSAC_REASON_NONE);

  static const struct {
    corsac_predicate_answer answer;
    corsac_reason reason;
  } answers[] = {
      {CORSAC_PREDICATE_ALLOW, CORSAC_REASON_ORIGIN_ALLOWED},
      {CORSAC_PREDICATE_DENY, CORSAC_REASON_ORIGIN_NOT_ALLOWED},
      {CORSAC_PREDICATE_FAILED, CORSAC_REASON_PREDICATE_FAILED},
      {(corsac_predicate_answer)3, CORSAC_REASON_PREDICATE_FAILED},
      {(corsac_predicate_answer)-1, CORSAC_REASON_PREDICATE_FAILED},
  };
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    decision = stale_decision();
    CHECK(corsac_policy_resolve(policy, &request, answers[i].answer, &decision) == CORSAC_OK);
    CHECK(decision.action == CORSAC_CONTINUE && decision.reason == answers[i].reason);

    struct asked asked = {.answer = answers[i].answer};
    decision = stale_decision();
    CHECK(corsac_policy_evaluate_with(policy, &request, predicate, &asked, &decision) == CORSAC_OK);
    CHECK(decision.action == CORSAC_CONTINUE && decision.reason == answers[i].reason);
    CHECK(asked.calls == 1 && is_text(asked.origin, "https://tenant.example.org") && asked.request == &request);
  }

  /* The predicate is not asked without an origin, or about a configured origin, a malformed one or null. Its answer
   * would change nothing. */
  static const struct {
    const char *origin;
    corsac_reason reason;
  } settled[] = {
      {NULL, CORSAC_REASON_NO_ORIGIN},
      {"https://app.example.com", CORSAC_REASON_ORIGIN_ALLOWED},
      {"https://App.example.com", CORSAC_REASON_ORIGIN_MALFORMED},
      {"null", CORSAC_REASON_ORIGIN_NOT_ALLOWED},
  };
  for (size_t i = 0; i < sizeof settled / sizeof *settled; i++) {
    struct asked asked = {.answer = CORSAC_PREDICATE_ALLOW};
    request = request_of("GET", settled[i].origin);
    CHECK(corsac_policy_evaluate_with(policy, &request, predicate, &asked, &decision) == CORSAC_OK);
    CHECK(asked.calls == 0 && decision.reason == settled[i].reason);
    CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK && decision.reason == settled[i].reason);
    CHECK(corsac_policy_resolve(policy, &request, CORSAC_PREDICATE_ALLOW, &decision) == CORSAC_OK);
    CHECK(decision.reason == settled[i].reason);
  }
  corsac_policy_free(policy);

  /* A policy may consist of only a predicate. Without one, no function is asked. */
  policy = policy_of("{}", true);
  corsac_policy_free(policy);
  policy = policy_of(WITH_PREDICATE, false);
  request = request_of("GET", "https://tenant.example.org");
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK);
  CHECK(decision.reason == CORSAC_REASON_ORIGIN_NOT_ALLOWED);
  CHECK(corsac_policy_resolve(policy, &request, CORSAC_PREDICATE_ALLOW, &decision) == CORSAC_OK);
  CHECK(decision.reason == CORSAC_REASON_ORIGIN_NOT_ALLOWED);
  corsac_policy_free(policy);
}

/* The header with this name and op, or NULL. */
static const corsac_header *find(const corsac_decision *decision, const char *name, corsac_op op) {
  for (size_t i = 0; i < decision->header_count; i++) {
    const corsac_header *header = &decision->headers[i];
    if (is_text(header->name, name) && header->op == op) return header;
  }
  return NULL;
}

void test_ops(void) {
  corsac_decision decision = {.size = sizeof decision};
  corsac_policy *policy = policy_of(CREDENTIALED, false);
  corsac_request request = request_of("GET", "https://evil.example");
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK);
  CHECK(decision.action == CORSAC_CONTINUE && decision.status == 0 && decision.header_count == 8);
  CHECK(find(&decision, "access-control-allow-origin", CORSAC_OP_REMOVE) != NULL);
  CHECK(find(&decision, "access-control-allow-credentials", CORSAC_OP_REMOVE) != NULL);
  CHECK(find(&decision, "access-control-expose-headers", CORSAC_OP_REMOVE) != NULL);
  CHECK(find(&decision, "access-control-allow-methods", CORSAC_OP_REMOVE) != NULL);
  CHECK(find(&decision, "vary", CORSAC_OP_MERGE) != NULL);
  CHECK(decision.headers[0].op == CORSAC_OP_REMOVE && is_text(decision.headers[0].value, ""));

  request = request_of("GET", "https://app.example.com");
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK && decision.header_count == 8);
  CHECK(find(&decision, "access-control-allow-origin", CORSAC_OP_SET) != NULL);
  CHECK(find(&decision, "access-control-expose-headers", CORSAC_OP_REMOVE) != NULL);
  corsac_policy_free(policy);

  policy = policy_of("{\"allow_origins\": [\"https://app.example.com\"], \"keep_app_headers\": true}", false);
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK && decision.header_count == 2);
  CHECK(find(&decision, "access-control-allow-origin", CORSAC_OP_DEFAULT) != NULL);
  corsac_policy_free(policy);

  /* The largest possible response, in which one header has a second line. */
  policy = policy_of(
      "{\"allow_origins\": [\"https://app.example.com\"], \"allow_credentials\": true, \"allow_methods\": [\"*\"], "
      "\"allow_headers\": [\"*\"], \"allow_private_network\": true, \"preflight_continue\": true}", false);
  request = request_of("OPTIONS", "https://app.example.com");
  request.access_control_request_method = corsac_slice_from("PROPFIND");
  request.access_control_request_headers = corsac_slice_from("x-a");
  request.access_control_request_private_network = corsac_slice_from("true");
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK);
  CHECK(decision.action == CORSAC_CONTINUE && decision.header_count <= CORSAC_MAX_HEADERS);
  CHECK(decision.reason == CORSAC_REASON_PREFLIGHT_ALLOWED);
  const corsac_header *further = find(&decision, "access-control-allow-methods", CORSAC_OP_ADD);
  CHECK(further != NULL && is_text(further->value, "PROPFIND"));
  corsac_policy_free(policy);
}

void test_borrowing(void) {
  corsac_policy *policy = policy_of(CREDENTIALED, false);
  corsac_request request = request_of("OPTIONS", "https://app.example.com");
  request.access_control_request_method = corsac_slice_from("PUT");
  corsac_decision decision = {.size = sizeof decision};
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK && decision.header_count == 8);
  for (size_t i = 0; i < decision.header_count; i++) {
    const corsac_header *header = &decision.headers[i];
    CHECK(is_terminated(header->name));
    /* Values of the policy are NUL-terminated; values of the request are slices of its own bytes. */
    if (is_text(header->name, "access-control-allow-origin")) CHECK(header->value.ptr == request.origin.ptr);
    else CHECK(is_terminated(header->value));
  }
  CHECK(is_text(decision.body, "") && is_terminated(decision.body));

  request.origin = corsac_slice_from("https://evil.example");
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK && decision.status == 403);
  CHECK(is_text(decision.body, "corsac: origin-not-allowed\n") && is_terminated(decision.body));
  corsac_policy_free(policy);
}
