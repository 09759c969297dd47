/* Functions that all files of the ABI's test use. */
#ifndef ABI_H
#define ABI_H

#include "../check.h"

#include <corsac.h>
#include <string.h>

#define CREDENTIALED "{\"allow_origins\": [\"https://app.example.com\"], \"allow_credentials\": true}"

void test_null(void);
void test_sizes(void);
void test_texts(void);
void test_headers_are_clean(void);
void test_files(void);
void test_errors(void);
void test_lints(void);
void test_threads(void);
void test_predicate(void);
void test_ops(void);
void test_borrowing(void);
void test_header_lines(void);
void test_vary(void);
void test_apply(void);
void test_served(void);
void test_host_error(void);
void test_reason_to_log(void);
void test_nobody(void);
void test_names(void);
void test_older_callers(void);
void test_protection(void);
void test_same_origin(void);
void test_remembered(void);
void test_lines(void);
void test_answer_cache(void);
void test_reloadable(void);
void test_watch(void);
void test_explanations(void);
void test_unreadable_exchanges(void);
void test_misused_explanations(void);
void test_explaining_on_a_small_stack(void);

void write_file(const char *path, const char *text);

/* The policy of a JSON text. If the text is refused, this is NULL and a check fails. */
static inline corsac_policy *policy_of(const char *json, bool has_predicate) {
  corsac_policy_options options = {.size = sizeof options, .has_predicate = has_predicate};
  corsac_policy *policy = NULL;
  CHECK(corsac_policy_from_json_with(&options, json, strlen(json), &policy, NULL) == CORSAC_OK);
  return policy;
}

static inline corsac_request request_of(const char *method, const char *origin) {
  corsac_request request = {.size = sizeof request};
  request.method = corsac_slice_from(method);
  request.origin = corsac_slice_from(origin);
  return request;
}

/* A decision with leftovers of a caller's stack: "continue" with headers. */
static inline corsac_decision stale_decision(void) {
  corsac_decision decision;
  memset(&decision, 0xff, sizeof decision);
  decision.size = sizeof decision;
  decision.action = CORSAC_CONTINUE;
  decision.header_count = 3;
  return decision;
}

static inline bool refuses(const corsac_decision *decision) {
  return decision->action == CORSAC_RESPOND && decision->status == 403 && decision->header_count == 0 &&
         decision->reason == CORSAC_REASON_NONE && decision->reported == CORSAC_REASON_NONE &&
         decision->body.len == 0 && decision->body.ptr[0] == '\0';
}

static inline bool is_text(corsac_slice slice, const char *text) {
  return slice.ptr != NULL && slice.len == strlen(text) && memcmp(slice.ptr, text, slice.len) == 0;
}

static inline bool is_absent(corsac_slice slice) { return slice.ptr == NULL && slice.len == 0; }

/* Whether a text has a NUL right after its last byte. */
static inline bool is_terminated(corsac_slice slice) { return slice.ptr != NULL && slice.ptr[slice.len] == '\0'; }

#endif
