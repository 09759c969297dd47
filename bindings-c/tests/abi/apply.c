/* `corsac_decision_apply` under misuse, and with callbacks that fail or call the library. Then other functions that
 * servers need. */
#include "abi.h"

#include <stdlib.h>

enum { MOST = 24 };

/* A host's response. The call with the number `fails_at` fails. */
struct response {
  char name[MOST][64], value[MOST][256];
  size_t count, calls, fails_at;
  const corsac_policy *called_with; /* a callback decides with this policy, if there is one */
  corsac_decision *spoilt;          /* each callback overwrites this decision, if there is one */
};

static bool call(struct response *response) {
  if (response->called_with != NULL) {
    struct response other = {0};
    corsac_request request = request_of("GET", "https://app.example.com");
    corsac_decision decision = {.size = sizeof decision};
    CHECK(corsac_policy_evaluate(response->called_with, &request, &decision) == CORSAC_OK);
    corsac_response_headers headers = {.size = sizeof headers, .user = &other};
    CHECK(corsac_decision_apply(&decision, &headers) == CORSAC_NULL);
  }
  if (response->spoilt != NULL) memset(response->spoilt, 0xff, sizeof *response->spoilt);
  return ++response->calls != response->fails_at;
}

static bool add_line(struct response *response, corsac_slice name, corsac_slice value) {
  CHECK(is_terminated(name) && is_terminated(value) && response->count < MOST && value.len < 256);
  snprintf(response->name[response->count], 64, "%s", name.ptr);
  snprintf(response->value[response->count++], 256, "%s", value.ptr);
  return true;
}

static bool values(corsac_slice name, corsac_take_value take, void *to, void *user) {
  struct response *response = user;
  for (size_t i = 0; i < response->count; i++)
    if (is_text(name, response->name[i])) take(corsac_slice_from(response->value[i]), to);
  return call(response);
}

static bool remove_lines(corsac_slice name, void *user) {
  struct response *response = user;
  size_t kept = 0;
  for (size_t i = 0; i < response->count; i++) {
    if (is_text(name, response->name[i])) continue;
    memmove(response->name[kept], response->name[i], 64);
    memmove(response->value[kept++], response->value[i], 256);
  }
  response->count = kept;
  return call(response);
}

static bool set(corsac_slice name, corsac_slice value, void *user) {
  struct response *response = user;
  size_t calls = response->calls;
  remove_lines(name, user);
  response->calls = calls;
  return add_line(response, name, value) && call(response);
}

static bool append(corsac_slice name, corsac_slice value, void *user) { return add_line(user, name, value) && call(user); }

/* An absent value is left out; a value with an impossible length counts as a failure of the callback. */
static bool absent_values(corsac_slice name, corsac_take_value take, void *to, void *user) {
  (void)name, (void)user;
  take((corsac_slice){NULL, (size_t)-1}, to);
  return true;
}

static bool impossible_values(corsac_slice name, corsac_take_value take, void *to, void *user) {
  (void)name, (void)user;
  take((corsac_slice){"x", (size_t)-1}, to);
  take(corsac_slice_from("Cookie"), to);
  take(corsac_slice_from("Cookie"), NULL);
  return true;
}

static corsac_response_headers headers_of(struct response *response) {
  return (corsac_response_headers){.size = sizeof(corsac_response_headers), .user = response, .values = values,
                                   .remove = remove_lines, .set = set, .append = append};
}

static const char *value_of(const struct response *response, const char *name) {
  const char *value = NULL;
  for (size_t i = 0; i < response->count; i++)
    if (strcmp(response->name[i], name) == 0) value = response->value[i];
  return value;
}

static struct response of_application(void) {
  struct response response = {0};
  add_line(&response, corsac_slice_from("access-control-allow-origin"), corsac_slice_from("*"));
  add_line(&response, corsac_slice_from("vary"), corsac_slice_from("Cookie"));
  return response;
}

static bool is_untouched(const struct response *response) {
  return response->calls == 0 && response->count == 2 && strcmp(response->value[0], "*") == 0;
}

/* All mistakes are found before the response is changed. */
static void test_apply_misuse(const corsac_decision *good) {
  struct response response = of_application();
  corsac_response_headers headers = headers_of(&response), faulty;
  CHECK(corsac_decision_apply(NULL, &headers) == CORSAC_NULL);
  CHECK(corsac_decision_apply(good, NULL) == CORSAC_NULL);
  for (int i = 0; i < 4; i++) {
    faulty = headers;
    if (i == 0) faulty.values = NULL;
    if (i == 1) faulty.remove = NULL;
    if (i == 2) faulty.set = NULL;
    if (i == 3) faulty.append = NULL;
    CHECK(corsac_decision_apply(good, &faulty) == CORSAC_NULL);
  }
  faulty = headers, faulty.size = sizeof faulty - 1;
  CHECK(corsac_decision_apply(good, &faulty) == CORSAC_BAD_SIZE);
  faulty.size = 0;
  CHECK(corsac_decision_apply(good, &faulty) == CORSAC_BAD_SIZE);

  for (int i = 0; i < 9; i++) {
    static const corsac_status wanted[] = {CORSAC_BAD_SIZE, CORSAC_BAD_SIZE, CORSAC_INVALID, CORSAC_INVALID, CORSAC_INVALID,
                                           CORSAC_NULL,     CORSAC_NULL,     CORSAC_BAD_SIZE, CORSAC_INVALID};
    corsac_decision decision = *good;
    corsac_header *last = &decision.headers[decision.header_count - 1];
    if (i == 0) decision.size--;
    if (i == 1) decision.header_count = CORSAC_MAX_HEADERS + 1;
    if (i == 2) decision.action = CORSAC_ASK;
    if (i == 3) last->op = (corsac_op)5;
    if (i == 4) last->name = corsac_slice_from("set-cookie");
    if (i == 5) last->name.ptr = NULL;
    if (i == 6) last->value.ptr = NULL;
    if (i == 7) last->value.len = (size_t)-1;
    if (i == 8) decision.action = (corsac_action)-1;
    CHECK(corsac_decision_apply(&decision, &headers) == wanted[i]);
  }
  CHECK(is_untouched(&response));
}

/* After a callback has failed, no other callback is called. */
static void test_apply_failing(const corsac_decision *decision) {
  struct response response = of_application();
  corsac_response_headers headers = headers_of(&response);
  CHECK(corsac_decision_apply(decision, &headers) == CORSAC_OK);
  size_t calls = response.calls;
  CHECK(calls > 5);
  for (size_t fails_at = 1; fails_at <= calls; fails_at++) {
    response = of_application();
    response.fails_at = fails_at;
    CHECK(corsac_decision_apply(decision, &headers) == CORSAC_CALLBACK && response.calls == fails_at);
  }
  response = of_application();
  headers.values = impossible_values;
  CHECK(corsac_decision_apply(decision, &headers) == CORSAC_CALLBACK);
  response = of_application();
  headers.values = absent_values;
  CHECK(corsac_decision_apply(decision, &headers) == CORSAC_OK && strcmp(value_of(&response, "vary"), "Origin") == 0);
}

/* Callbacks may call the library, and may overwrite the decision's struct, which has been read. */
static void test_apply_reentered(const corsac_policy *policy, const corsac_decision *good) {
  corsac_decision decision = *good;
  struct response response = of_application();
  response.called_with = policy;
  response.spoilt = &decision;
  corsac_response_headers headers = headers_of(&response);
  CHECK(corsac_decision_apply(&decision, &headers) == CORSAC_OK);
  CHECK(strcmp(value_of(&response, "access-control-allow-origin"), "https://app.example.com") == 0);
  CHECK(strcmp(value_of(&response, "vary"), "Cookie, Origin") == 0);
}

/* If corsac itself responds, there is no application whose headers could stay. */
static void test_apply_kept(const corsac_policy *policy, const corsac_decision *actual) {
  struct response response = of_application();
  corsac_response_headers headers = headers_of(&response);
  headers.keep_app_headers = true;
  CHECK(corsac_decision_apply(actual, &headers) == CORSAC_OK);
  CHECK(strcmp(value_of(&response, "access-control-allow-origin"), "*") == 0);
  CHECK(value_of(&response, "access-control-allow-credentials") == NULL);

  corsac_request request = request_of("OPTIONS", "https://evil.example");
  request.access_control_request_method = corsac_slice_from("PUT");
  corsac_decision refusal = {.size = sizeof refusal};
  CHECK(corsac_policy_evaluate(policy, &request, &refusal) == CORSAC_OK && refusal.action == CORSAC_RESPOND);
  response = of_application();
  CHECK(corsac_decision_apply(&refusal, &headers) == CORSAC_OK);
  CHECK(value_of(&response, "access-control-allow-origin") == NULL);
}

void test_apply(void) {
  corsac_policy *policy = policy_of(CREDENTIALED, false);
  /* The origin does not end in a NUL. */
  static const char sent[] = "https://app.example.com and more";
  corsac_request request = {.size = sizeof request, .method = {"GET", 3}, .origin = {sent, 23}};
  corsac_decision decision = {.size = sizeof decision};
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK && decision.action == CORSAC_CONTINUE);
  test_apply_misuse(&decision);
  test_apply_failing(&decision);
  test_apply_reentered(policy, &decision);
  test_apply_kept(policy, &decision);
  corsac_policy_free(policy);
}

#define PROTECTED "{\"allow_origins\": [\"https://app.example.com\"], \"protection\": {\"writes\": \"reject\"}}"

/* A server turns a request into a GET for its error page. */
void test_served(void) {
  corsac_policy *policy = policy_of(PROTECTED, false);
  corsac_request request = request_of("POST", "https://evil.example");
  corsac_decision decision = stale_decision();
  corsac_slice get = corsac_slice_from("GET"), absent = {NULL, 0};
  CHECK(corsac_policy_evaluate_as_served(policy, &request, request.method, &decision) == CORSAC_OK);
  CHECK(decision.reason == CORSAC_REASON_WRITE_REFUSED && decision.action == CORSAC_RESPOND);
  CHECK(corsac_policy_evaluate_as_served(policy, &request, get, &decision) == CORSAC_OK);
  CHECK(decision.reason == CORSAC_REASON_ORIGIN_NOT_ALLOWED && decision.action == CORSAC_CONTINUE);
  request = request_of("POST", "https://app.example.com");
  CHECK(corsac_policy_evaluate_as_served(policy, &request, get, &decision) == CORSAC_OK);
  CHECK(decision.reason == CORSAC_REASON_ORIGIN_ALLOWED && decision.action == CORSAC_CONTINUE);
  CHECK(corsac_policy_evaluate_as_served(policy, &request, absent, &decision) == CORSAC_NULL && refuses(&decision));
  decision = stale_decision();
  CHECK(corsac_policy_evaluate_as_served(policy, &request, (corsac_slice){"GET", (size_t)-1}, &decision) == CORSAC_BAD_SIZE);
  CHECK(refuses(&decision));
  CHECK(corsac_policy_evaluate_as_served(NULL, &request, get, &decision) == CORSAC_NULL && refuses(&decision));
  corsac_policy_free(policy);
}

/* A server's own error replaces corsac's response, and no origin may read it. */
void test_host_error(void) {
  corsac_policy *policy = policy_of(PROTECTED, false);
  corsac_decision decision = stale_decision();
  corsac_request request = request_of("POST", "https://evil.example");
  CHECK(corsac_policy_evaluate_host_error(policy, &request, &decision) == CORSAC_OK);
  CHECK(decision.action == CORSAC_CONTINUE && decision.status == 0 && decision.reason == CORSAC_REASON_NO_ORIGIN);
  request = request_of("GET", "https://app.example.com");
  CHECK(corsac_policy_evaluate_host_error(policy, &request, &decision) == CORSAC_OK);
  CHECK(decision.reason == CORSAC_REASON_ORIGIN_ALLOWED);
  CHECK(corsac_policy_evaluate_host_error(NULL, &request, &decision) == CORSAC_NULL && refuses(&decision));
  corsac_policy_free(policy);
}

void test_reason_to_log(void) {
  corsac_policy *policy = policy_of(PROTECTED, false);
  corsac_request request = request_of("POST", "https://evil.example");
  corsac_decision decision = {.size = sizeof decision};
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK);
  CHECK(corsac_decision_reason_to_log(&decision, &request) == CORSAC_REASON_WRITE_REFUSED);
  request = request_of("GET", "https://evil.example");
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK);
  CHECK(corsac_decision_reason_to_log(&decision, &request) == CORSAC_REASON_ORIGIN_NOT_ALLOWED);
  CHECK(corsac_decision_reason_to_log(&decision, NULL) == CORSAC_REASON_ORIGIN_NOT_ALLOWED);
  request.host = corsac_slice_from("evil.example"); /* a page of the host itself */
  CHECK(corsac_decision_reason_to_log(&decision, &request) == CORSAC_REASON_NONE);
  decision.reported = CORSAC_REASON_WEBSOCKET_REFUSED;
  CHECK(corsac_decision_reason_to_log(&decision, &request) == CORSAC_REASON_WEBSOCKET_REFUSED);
  decision.reason = (corsac_reason)1000;
  CHECK(corsac_decision_reason_to_log(&decision, &request) == CORSAC_REASON_NONE);
  decision.size = 3;
  CHECK(corsac_decision_reason_to_log(&decision, &request) == CORSAC_REASON_NONE);
  CHECK(corsac_decision_reason_to_log(NULL, &request) == CORSAC_REASON_NONE);
  for (int i = -2; i <= CORSAC_REASON_WEBSOCKET_REFUSED + 1; i++) {
    bool refused = i == CORSAC_REASON_WRITE_REFUSED || i == CORSAC_REASON_WEBSOCKET_REFUSED;
    CHECK(corsac_reason_is_protection_refusal((corsac_reason)i) == refused);
  }
  corsac_policy_free(policy);
}

void test_nobody(void) {
  corsac_policy *policy = NULL;
  CHECK(corsac_policy_nobody(NULL) == CORSAC_NULL);
  CHECK(corsac_policy_nobody(&policy) == CORSAC_OK && policy != NULL);
  corsac_request request = request_of("GET", "https://app.example.com");
  corsac_decision decision = {.size = sizeof decision};
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK);
  struct response response = of_application();
  corsac_response_headers headers = headers_of(&response);
  CHECK(corsac_decision_apply(&decision, &headers) == CORSAC_OK);
  CHECK(value_of(&response, "access-control-allow-origin") == NULL);
  CHECK(strcmp(value_of(&response, "vary"), "Cookie, Origin") == 0);
  corsac_policy_free(policy);
}
