/* Runs one form of one vector, using only the library's exported symbols. */
#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *difference(const json_t *expected, const json_t *actual) {
  if (json_equal(expected, actual)) return NULL;
  char *wanted = json_dumps(expected, JSON_ENCODE_ANY), *got = json_dumps(actual, JSON_ENCODE_ANY);
  bytes text = {0};
  bytes_text(&text, "expected ");
  bytes_text(&text, wanted);
  bytes_text(&text, "\n  got      ");
  bytes_text(&text, got);
  free(wanted);
  free(got);
  return text.data;
}

static char *said(const char *what, const char *detail) {
  bytes text = {0};
  bytes_text(&text, what);
  bytes_text(&text, detail);
  return text.data;
}

/* Memory for headers of several lines. */
static void *take_block(size_t size, void *user) {
  built_request *built = user;
  if (built->block_count == MOST_BLOCKS) return NULL;
  return built->blocks[built->block_count++] = malloc(size);
}

corsac_status build_request(const json_t *vector, built_request *built) {
  *built = (built_request){.request.size = sizeof built->request};
  to_bytes(json_object_get(vector, "method"), &built->method);
  built->request.method = bytes_slice(&built->method);
  const json_t *path = json_object_get(vector, "path");
  if (path != NULL) to_bytes(path, &built->path);
  built->request.path = bytes_slice(&built->path);
  const json_t *authority = json_object_get(vector, "authority");
  if (authority != NULL) to_bytes(authority, &built->authority);
  built->request.authority = bytes_slice(&built->authority);
  built->request.path_decoded = json_is_true(json_object_get(vector, "path_decoded"));
  built->request.secure = json_is_true(json_object_get(vector, "secure"));
  built->request.websocket = json_is_true(json_object_get(vector, "websocket"));

  size_t index;
  json_t *pair;
  const json_t *headers = json_object_get(vector, "headers");
  built->lines = calloc(2 * json_array_size(headers) + 1, sizeof *built->lines);
  if (built->lines == NULL) return CORSAC_MEMORY;
  json_array_foreach((json_t *)headers, index, pair) {
    bytes *name = &built->lines[built->line_count++], *value = &built->lines[built->line_count++];
    to_bytes(json_array_get(pair, 0), name);
    to_bytes(json_array_get(pair, 1), value);
    corsac_status status =
        corsac_request_add_header(&built->request, bytes_slice(name), bytes_slice(value), take_block, built);
    if (status != CORSAC_OK) return status;
  }
  return CORSAC_OK;
}

void release_request(built_request *built) {
  bytes_free(&built->method);
  bytes_free(&built->path);
  bytes_free(&built->authority);
  for (size_t i = 0; i < built->line_count; i++) bytes_free(&built->lines[i]);
  for (size_t i = 0; i < built->block_count; i++) free(built->blocks[i]);
  free(built->lines);
}

/* A decision in the form of the vectors, which do not list the headers that are removed. */
static json_t *decision_json(const corsac_decision *decision) {
  json_t *headers = json_array();
  for (size_t i = 0; i < decision->header_count; i++) {
    const corsac_header *header = &decision->headers[i];
    if (header->op == CORSAC_OP_REMOVE) continue;
    json_t *pair = json_array();
    json_array_append_new(pair, to_string(header->name));
    json_array_append_new(pair, to_string(header->value));
    json_array_append_new(headers, pair);
  }
  static const char *const actions[] = {"respond", "continue", "ask"};
  json_t *object = json_object();
  json_object_set_new(object, "action", json_string(actions[decision->action]));
  json_object_set_new(object, "status", decision->status == 0 ? json_null() : json_integer(decision->status));
  json_object_set_new(object, "headers", headers);
  json_object_set_new(object, "body", to_string(decision->body));
  json_object_set_new(object, "reason", json_string(corsac_reason_name(decision->reason)));
  if (decision->reported != CORSAC_REASON_NONE) {
    json_object_set_new(object, "reported", json_string(corsac_reason_name(decision->reported)));
  }
  return object;
}

/* A predicate that counts its calls. */
typedef struct {
  corsac_predicate_answer answer;
  int asked;
} predicate_state;

static corsac_predicate_answer answer_and_count(corsac_slice origin, const corsac_request *request, void *user) {
  predicate_state *state = user;
  (void)origin, (void)request;
  state->asked++;
  return state->answer;
}

static corsac_predicate_answer answer_of(const char *text) {
  if (strcmp(text, "allow") == 0) return CORSAC_PREDICATE_ALLOW;
  return strcmp(text, "deny") == 0 ? CORSAC_PREDICATE_DENY : CORSAC_PREDICATE_FAILED;
}

/* Asks with a function (`called`), or with a second call that passes the answer. Both ways have to give the same result. */
static corsac_status ask(const corsac_policy *policy, const corsac_request *request, corsac_predicate_answer answer, bool called, int *asked,
                         corsac_decision *decision) {
  if (called) {
    predicate_state state = {answer, 0};
    corsac_status status = corsac_policy_evaluate_with(policy, request, answer_and_count, &state, decision);
    *asked = state.asked;
    return status;
  }
  corsac_status status = corsac_policy_evaluate(policy, request, decision);
  *asked = status == CORSAC_OK && decision->action == CORSAC_ASK;
  return *asked ? corsac_policy_resolve(policy, request, answer, decision) : status;
}

static char *run_decision(const corsac_policy *policy, const json_t *vector) {
  const char *predicate = json_string_value(json_object_get(vector, "predicate"));
  built_request built;
  corsac_status status = build_request(json_object_get(vector, "request"), &built);
  char *fault = NULL;
  for (int called = 0; fault == NULL && called < (predicate != NULL ? 2 : 1); called++) {
    corsac_decision decision = {.size = sizeof decision};
    int asked = 0;
    if (status == CORSAC_OK) {
      status = predicate != NULL ? ask(policy, &built.request, answer_of(predicate), called, &asked, &decision)
                                 : corsac_policy_evaluate(policy, &built.request, &decision);
    }
    if (status != CORSAC_OK) {
      fault = said("evaluating gave ", corsac_status_name(status));
    } else {
      json_t *actual = decision_json(&decision);
      if (predicate != NULL) json_object_set_new(actual, "asked", asked > 1 ? json_integer(asked) : json_boolean(asked));
      fault = difference(json_object_get(vector, "expect"), actual);
      json_decref(actual);
    }
  }
  release_request(&built);
  return fault;
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Findings as sorted texts: their order does not matter, but their number does. */
static json_t *multiset(const json_t *findings) {
  size_t count = json_array_size(findings);
  char **texts = calloc(count + 1, sizeof *texts);
  if (texts == NULL) exit(2);
  for (size_t i = 0; i < count; i++) texts[i] = json_dumps(json_array_get(findings, i), JSON_SORT_KEYS);
  qsort(texts, count, sizeof *texts, by_text);
  json_t *sorted = json_array();
  for (size_t i = 0; i < count; i++) {
    json_array_append_new(sorted, json_string(texts[i]));
    free(texts[i]);
  }
  free(texts);
  return sorted;
}

static void add_finding(json_t *findings, const corsac_issue *issue) {
  json_t *finding = json_object();
  json_object_set_new(finding, "code", json_stringn(issue->code.ptr, issue->code.len));
  json_object_set_new(finding, "field", json_stringn(issue->field.ptr, issue->field.len));
  json_array_append_new(findings, finding);
}

static char *compare_findings(const json_t *expected, json_t *findings) {
  json_t *wanted = multiset(expected), *got = multiset(findings);
  char *fault = difference(wanted, got);
  json_decref(wanted);
  json_decref(got);
  json_decref(findings);
  return fault;
}

static char *run_issues(const corsac_error *error, const json_t *issues) {
  json_t *findings = json_array();
  for (size_t i = 0; i < corsac_error_count(error); i++) {
    corsac_issue issue = {.size = sizeof issue};
    if (corsac_error_issue(error, i, &issue) == CORSAC_OK) add_finding(findings, &issue);
  }
  return compare_findings(issues, findings);
}

static char *run_lints(const corsac_policy *policy, const json_t *lints) {
  json_t *findings = json_array();
  for (size_t i = 0; i < corsac_policy_lint_count(policy); i++) {
    corsac_issue lint = {.size = sizeof lint};
    if (corsac_policy_lint(policy, i, &lint) == CORSAC_OK) add_finding(findings, &lint);
  }
  return compare_findings(lints, findings);
}

char *run_policy(const json_t *vector, text_format format, corsac_slice text) {
  corsac_policy *policy;
  corsac_error *error;
  corsac_policy_options options = {.size = sizeof options, .has_predicate = json_object_get(vector, "predicate") != NULL};
  corsac_status status = format == FORM_JSON ? corsac_policy_from_json_with(&options, text.ptr, text.len, &policy, &error)
                                             : corsac_policy_from_toml_with(&options, text.ptr, text.len, &policy, &error);
  const json_t *issues = json_object_get(vector, "issues"), *lints = json_object_get(vector, "lints");
  char *fault;
  if (status == CORSAC_CONFIG && issues != NULL) fault = run_issues(error, issues);
  else if (status == CORSAC_CONFIG) fault = said("the policy is refused: ", corsac_error_message(error).ptr);
  else if (status != CORSAC_OK) fault = said("building gave ", corsac_status_name(status));
  else if (issues != NULL) fault = said("the policy is accepted", "");
  else if (lints != NULL) fault = run_lints(policy, lints);
  else fault = run_decision(policy, vector);
  corsac_policy_free(policy);
  corsac_error_free(error);
  return fault;
}

char *run_vary(const json_t *vector) {
  const json_t *vary = json_object_get(vector, "vary"), *application = json_object_get(vary, "application");
  size_t count = json_array_size(application), length = 0;
  bytes decision = {0}, *lines = calloc(count + 1, sizeof *lines);
  corsac_slice *slices = calloc(count + 1, sizeof *slices);
  if (lines == NULL || slices == NULL) exit(2);
  for (size_t i = 0; i < count; i++) {
    to_bytes(json_array_get(application, i), &lines[i]);
    slices[i] = bytes_slice(&lines[i]);
  }
  to_bytes(json_object_get(vary, "decision"), &decision);

  corsac_vary_merge(slices, count, bytes_slice(&decision), NULL, 0, &length);
  char *buffer = malloc(length + 1), *fault;
  if (buffer == NULL) exit(2);
  corsac_status status = corsac_vary_merge(slices, count, bytes_slice(&decision), buffer, length + 1, &length);
  if (status != CORSAC_OK) {
    fault = said("merging gave ", corsac_status_name(status));
  } else {
    json_t *merged = to_string((corsac_slice){buffer, length});
    fault = difference(json_object_get(vary, "merged"), merged);
    json_decref(merged);
  }
  for (size_t i = 0; i < count; i++) bytes_free(&lines[i]);
  bytes_free(&decision);
  free(buffer);
  free(lines);
  free(slices);
  return fault;
}
