/* Callers that were compiled with the first version of the header: their structs are shorter, and nothing after their
 * end is read or written. */
#include "abi.h"

#include <stdlib.h>

#define PROTECTED \
  "{\"allow_origins\": [\"https://app.example.com\"], \"protection\": {\"writes\": \"reject\", \"websockets\": \"reject\"}}"

enum { FIRST_REQUEST = offsetof(corsac_request, authority), FIRST_ISSUE = offsetof(corsac_issue, line) };

/* On the heap and exactly as long as the struct of the first version, so that valgrind and the sanitizers notice a read
 * or write past its end. */
static corsac_request *first_request(void) {
  corsac_request *request = malloc(FIRST_REQUEST);
  if (request == NULL) abort();
  memset(request, 0, FIRST_REQUEST);
  request->size = FIRST_REQUEST;
  return request;
}

static corsac_status add(corsac_request *request, const char *name, const char *value) {
  return corsac_request_add_header(request, corsac_slice_from(name), corsac_slice_from(value), NULL, NULL);
}

static void test_older_request(void) {
  corsac_policy *policy = policy_of(PROTECTED, false);
  corsac_decision decision = stale_decision();
  corsac_request *request = first_request();
  request->method = corsac_slice_from("POST");
  CHECK(add(request, "Origin", "https://app.example.com") == CORSAC_OK);
  CHECK(add(request, "Host", "app.example.com") == CORSAC_OK);
  /* The older struct has no fields for the following headers, so they are left out. */
  CHECK(add(request, ":authority", "x") == CORSAC_OK && add(request, "Upgrade", "websocket") == CORSAC_OK);
  CHECK(add(request, "Sec-WebSocket-Key", "x") == CORSAC_OK);
  CHECK(corsac_policy_evaluate(policy, request, &decision) == CORSAC_OK && decision.action == CORSAC_CONTINUE);
  request->host = corsac_slice_from("api.example.com");
  CHECK(corsac_policy_evaluate(policy, request, &decision) == CORSAC_OK && decision.action == CORSAC_RESPOND);
  CHECK(decision.reason == CORSAC_REASON_WRITE_REFUSED && decision.status == 403);
  request->host = (corsac_slice){NULL, 0};
  request->sec_fetch_site = corsac_slice_from("same-origin");
  CHECK(corsac_policy_evaluate(policy, request, &decision) == CORSAC_OK && decision.action == CORSAC_CONTINUE);
  free(request);
  corsac_policy_free(policy);
}

static void test_older_issue(void) {
  corsac_policy *policy;
  corsac_error *error;
  const char *toml = "\nallow_origins = [\n  'https://a.example/',\n]\n";
  CHECK(corsac_policy_from_toml(toml, strlen(toml), &policy, &error) == CORSAC_CONFIG);
  corsac_issue issue = {.size = sizeof issue}, *older = malloc(FIRST_ISSUE);
  CHECK(corsac_error_issue(error, 0, &issue) == CORSAC_OK && issue.line == 3);
  if (older == NULL) abort();
  memset(older, 0, FIRST_ISSUE);
  older->size = FIRST_ISSUE;
  CHECK(corsac_error_issue(error, 0, older) == CORSAC_OK && is_text(older->code, "origin-trailing-slash"));
  free(older);
  corsac_error_free(error);
}

void test_older_callers(void) {
  test_older_request();
  test_older_issue();
}

void test_lines(void) {
  corsac_policy *policy;
  corsac_error *error;
  corsac_issue issue = {.size = sizeof issue};
  const char *toml = "allow_origins = ['*']\nallow_methods = [\n  'TRACE',\n]\n";
  CHECK(corsac_policy_from_toml(toml, strlen(toml), &policy, &error) == CORSAC_OK);
  CHECK(corsac_policy_lint(policy, 0, &issue) == CORSAC_OK && issue.line == 3);
  CHECK(corsac_policy_lint(policy, 9, &issue) == CORSAC_NULL && issue.line == 0);
  corsac_policy_free(policy);
  /* An issue about the policy as a whole has no line. */
  CHECK(corsac_policy_from_json("{}", 2, &policy, &error) == CORSAC_CONFIG && policy == NULL);
  issue.line = 99;
  CHECK(corsac_error_issue(error, 0, &issue) == CORSAC_OK && issue.line <= 1);
  corsac_error_free(error);
}
