/* The fields that protection reads, as C passes them, and the response to a refused request. */
#include "abi.h"

#include <stdlib.h>

#define POLICY(more) \
  "{\"allow_origins\": [\"https://app.example.com\"], \"allow_credentials\": true, \"expose_headers\": [\"ETag\"], " \
  "\"protection\": {\"writes\": \"reject\", \"websockets\": \"reject\"" more "}}"

static corsac_reason reason_of(const corsac_policy *policy, const corsac_request *request) {
  corsac_decision decision = stale_decision();
  CHECK(corsac_policy_evaluate(policy, request, &decision) == CORSAC_OK);
  CHECK((decision.action == CORSAC_RESPOND) == (decision.status == 403));
  return decision.reason;
}

static void test_refused(void) {
  corsac_policy *policy = policy_of(POLICY(""), false);
  corsac_request request = request_of("POST", "https://evil.example");
  request.host = corsac_slice_from("api.example.com");
  corsac_decision decision = stale_decision();
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK && decision.action == CORSAC_RESPOND);
  CHECK(decision.status == 403 && decision.reported == CORSAC_REASON_NONE);
  CHECK(is_text(decision.body, "corsac: write-refused\n") && is_terminated(decision.body));
  const corsac_header *last = &decision.headers[decision.header_count - 1];
  CHECK(is_text(last->name, "vary") && is_text(last->value, "Origin, Sec-Fetch-Site") && last->op == CORSAC_OP_MERGE);
  for (size_t i = 0; i < decision.header_count; i++) CHECK(strncmp(decision.headers[i].name.ptr, "access-", 7) != 0 || decision.headers[i].op == CORSAC_OP_REMOVE);

  /* The longest response to a refused request: it has everything that a page needs to read the reason. */
  request.origin = corsac_slice_from("https://app.example.com");
  request.sec_fetch_site = corsac_slice_from("a b");
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK && decision.reason == CORSAC_REASON_WRITE_REFUSED);
  CHECK(decision.header_count == 10 && decision.header_count <= CORSAC_MAX_HEADERS);
  CHECK(decision.headers[3].op == CORSAC_OP_REMOVE && is_text(decision.headers[4].name, "access-control-allow-origin"));
  CHECK(is_text(decision.headers[7].name, "content-type") && is_text(decision.headers[8].value, "no-store"));
  corsac_policy_free(policy);

  policy = policy_of(POLICY(", \"report_only\": true"), false);
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK && decision.action == CORSAC_CONTINUE);
  CHECK(decision.reason == CORSAC_REASON_ORIGIN_ALLOWED && decision.reported == CORSAC_REASON_WRITE_REFUSED);
  corsac_policy_free(policy);
}

static void test_fields(void) {
  corsac_policy *policy = policy_of(POLICY(""), false);
  corsac_request request = request_of("POST", "http://api.example.com");
  CHECK(reason_of(policy, &request) == CORSAC_REASON_WRITE_REFUSED); /* neither Host nor authority */
  request.authority = corsac_slice_from("api.example.com");
  CHECK(reason_of(policy, &request) != CORSAC_REASON_WRITE_REFUSED);
  request.host = corsac_slice_from("other.example.com");
  CHECK(reason_of(policy, &request) == CORSAC_REASON_WRITE_REFUSED); /* Host comes first */
  request.host = corsac_slice_from("api.example.com:80");
  CHECK(reason_of(policy, &request) != CORSAC_REASON_WRITE_REFUSED);
  request.secure = true;
  CHECK(reason_of(policy, &request) == CORSAC_REASON_WRITE_REFUSED);

  request = request_of("GET", "https://evil.example");
  request.host = corsac_slice_from("api.example.com");
  CHECK(reason_of(policy, &request) == CORSAC_REASON_ORIGIN_NOT_ALLOWED);
  request.websocket = true;
  CHECK(reason_of(policy, &request) == CORSAC_REASON_WEBSOCKET_REFUSED);
  request.websocket = false, request.upgrade = corsac_slice_from("h2c, WebSocket");
  CHECK(reason_of(policy, &request) == CORSAC_REASON_WEBSOCKET_REFUSED);
  request.upgrade = (corsac_slice){NULL, 0}, request.sec_websocket_key = corsac_slice_from("x");
  CHECK(reason_of(policy, &request) == CORSAC_REASON_WEBSOCKET_REFUSED);
  /* If memory was never set, a flag can be any byte. It then counts as true, and the behaviour is defined. */
  request.sec_websocket_key = (corsac_slice){NULL, 0};
  memset(&request.websocket, 0x5a, 1);
  CHECK(reason_of(policy, &request) == CORSAC_REASON_WEBSOCKET_REFUSED);
  corsac_policy_free(policy);

  /* Fields that this policy does not need are not read. */
  policy = policy_of(CREDENTIALED, false);
  request.host.len = request.upgrade.len = (size_t)-1;
  CHECK(reason_of(policy, &request) == CORSAC_REASON_ORIGIN_NOT_ALLOWED);
  corsac_policy_free(policy);
}

static void test_paths(void) {
  corsac_policy *policy = policy_of("{\"allow_origins\": [], \"routes\": [{\"path\": \"/public/{*rest}\", \"allow_origins\": [\"*\"]}]}", false);
  static const struct {
    const char *path;
    bool decoded;
    corsac_reason reason;
  } cases[] = {
      {"/public/x", false, CORSAC_REASON_ANY_ORIGIN},
      {"/public/x?a=/../b", false, CORSAC_REASON_ANY_ORIGIN},
      {"/public/../private", false, CORSAC_REASON_PATH_AMBIGUOUS},
      {"/public/%2e%2e/private", false, CORSAC_REASON_PATH_AMBIGUOUS},
      {"/public/%", false, CORSAC_REASON_PATH_AMBIGUOUS},
      {"/public/%", true, CORSAC_REASON_ANY_ORIGIN},
      {"/private", false, CORSAC_REASON_ORIGIN_NOT_ALLOWED},
      {NULL, false, CORSAC_REASON_PATH_AMBIGUOUS},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    corsac_request request = request_of("GET", "https://app.example.com");
    request.path = corsac_slice_from(cases[i].path);
    request.path_decoded = cases[i].decoded;
    CHECK(reason_of(policy, &request) == cases[i].reason);
  }
  corsac_policy_free(policy);
}

/* A handshake is still recognised if there is no memory for its lines, or if there are too many of them. */
static void test_many_lines(void) {
  corsac_policy *policy = policy_of(POLICY(""), false);
  corsac_slice upgrade = corsac_slice_from("upgrade"), filler = corsac_slice_from("x/1");
  corsac_request request = request_of("GET", "https://evil.example");
  CHECK(corsac_request_add_header(&request, upgrade, filler, NULL, NULL) == CORSAC_OK);
  CHECK(reason_of(policy, &request) == CORSAC_REASON_ORIGIN_NOT_ALLOWED);
  CHECK(corsac_request_add_header(&request, upgrade, filler, NULL, NULL) == CORSAC_MEMORY);
  CHECK(reason_of(policy, &request) == CORSAC_REASON_WEBSOCKET_REFUSED);

  request = request_of("GET", "https://evil.example");
  char *line = malloc(20000);
  if (line == NULL) abort();
  memset(line, 'x', 20000);
  CHECK(corsac_request_add_header(&request, upgrade, (corsac_slice){line, 20000}, NULL, NULL) == CORSAC_OK);
  CHECK(corsac_request_add_header(&request, upgrade, corsac_slice_from("websocket"), NULL, NULL) == CORSAC_OK);
  CHECK(reason_of(policy, &request) == CORSAC_REASON_WEBSOCKET_REFUSED);
  request = request_of("GET", "https://evil.example");
  CHECK(corsac_request_add_header(&request, upgrade, filler, NULL, NULL) == CORSAC_OK);
  CHECK(corsac_request_add_header(&request, upgrade, (corsac_slice){line, 20000}, NULL, NULL) == CORSAC_OK);
  CHECK(reason_of(policy, &request) == CORSAC_REASON_WEBSOCKET_REFUSED);
  free(line);
  corsac_policy_free(policy);
}

void test_protection(void) {
  test_refused();
  test_fields();
  test_paths();
  test_many_lines();
}
