/* Explanations of exchanges, through `corsac_explain` and `corsac_diagnose`. */
#include "vectors.h"

#include <stdlib.h>
#include <string.h>

static char *fault_of(const char *what, const char *detail) {
  bytes message = {0};
  bytes_text(&message, what);
  bytes_text(&message, detail);
  return message.data;
}

/* One explanation in one format. `policy` is NULL for an exchange without a policy. Returns NULL, or a text about the
 * failure. */
static char *explain_as(const corsac_policy *policy, const char *exchange, corsac_explanation_format format,
                        corsac_explanation **out) {
  corsac_error *error;
  corsac_status status = policy != NULL ? corsac_explain(policy, exchange, strlen(exchange), format, out, &error)
                                        : corsac_diagnose(exchange, strlen(exchange), format, out, &error);
  char *fault = NULL;
  if (status == CORSAC_EXCHANGE) fault = fault_of("", corsac_error_message(error).ptr);
  else if (status != CORSAC_OK) fault = fault_of("explaining gave ", corsac_status_name(status));
  corsac_error_free(error);
  return fault;
}

/* Puts the explanation as JSON into `*found`, after checking that the text for people names the verdict and all
 * findings. */
static char *explain(const corsac_policy *policy, const json_t *exchange, json_t **found) {
  corsac_explanation *json = NULL, *text = NULL;
  char *written = json_dumps(exchange, JSON_COMPACT), *fault = explain_as(policy, written, CORSAC_EXPLANATION_JSON, &json);
  if (fault == NULL) fault = explain_as(policy, written, CORSAC_EXPLANATION_TEXT, &text);
  if (fault == NULL) {
    corsac_slice content = corsac_explanation_content(json), page = corsac_explanation_content(text);
    *found = json_loadb(content.ptr, content.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    if (*found == NULL) fault = fault_of("the explanation is not JSON: ", content.ptr);
    const char *verdict = json_string_value(json_object_get(*found, "verdict"));
    if (fault == NULL && (verdict == NULL || strncmp(page.ptr, verdict, strlen(verdict)) != 0)) {
      fault = fault_of("the text does not begin with the verdict: ", page.ptr);
    }
    size_t index;
    json_t *finding;
    json_array_foreach(json_object_get(*found, "findings"), index, finding) {
      bytes code = {0};
      bytes_text(&code, "[");
      bytes_text(&code, json_string_value(json_object_get(finding, "code")));
      bytes_text(&code, "]");
      if (fault == NULL && strstr(page.ptr, code.data) == NULL) fault = fault_of("the text lacks ", code.data);
      bytes_free(&code);
    }
  }
  corsac_explanation_free(json);
  corsac_explanation_free(text);
  free(written);
  return fault;
}

/* Whether each member of `expected` is in `actual`. A member that is null may be missing. */
static char *members(const json_t *expected, const json_t *actual) {
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)expected, key, value) {
    const json_t *found = json_object_get(actual, key);
    char *fault = json_is_null(value) && found == NULL ? NULL
                  : found == NULL                      ? fault_of("the explanation lacks ", key)
                                                       : difference(value, found);
    if (fault != NULL) return fault;
  }
  return NULL;
}

/* The first check that failed; null if all passed. */
static json_t *first_failed(const json_t *explanation) {
  size_t index;
  json_t *step;
  json_array_foreach(json_object_get(explanation, "steps"), index, step) {
    if (json_is_false(json_object_get(step, "passed"))) return json_incref(json_object_get(step, "name"));
  }
  return json_null();
}

char *run_exchange(const json_t *vector) {
  json_t *found = NULL;
  char *fault = explain(NULL, json_object_get(vector, "exchange"), &found);
  json_t *expected = json_copy(json_object_get(vector, "expect")), *failed = first_failed(found);
  if (fault == NULL) fault = difference(json_object_get(expected, "failed"), failed);
  /* The expected preflight is that of the first request. */
  const json_t *hops = json_object_get(json_object_get(found, "preflight"), "hops");
  if (fault == NULL) fault = members(json_object_get(expected, "preflight"), json_array_get(hops, 0));
  json_object_del(expected, "failed");
  json_object_del(expected, "preflight");
  if (fault == NULL) fault = members(expected, found);
  json_decref(failed);
  json_decref(expected);
  json_decref(found);
  return fault;
}

static json_t *codes(const json_t *explanation) {
  json_t *list = json_array(), *finding;
  size_t index;
  json_array_foreach(json_object_get(explanation, "findings"), index, finding) {
    json_array_append(list, json_object_get(finding, "code"));
  }
  return list;
}

static char *compare_codes(const json_t *expected, const json_t *explanation) {
  json_t *found = codes(explanation);
  char *fault = difference(expected, found);
  json_decref(found);
  return fault;
}

/* The explanation of a vector's exchange, with the vector's policy if it has one. */
static char *explain_by(const json_t *vector, const json_t *config, const json_t *exchange, json_t **found) {
  if (config == NULL) return explain(NULL, exchange, found);
  const char *code = json_string_value(json_object_get(vector, "code"));
  corsac_policy_options options = {.size = sizeof options};
  options.has_predicate = json_object_get(exchange, "predicate") != NULL || strcmp(code, "predicate-unknown") == 0;
  corsac_policy *policy;
  corsac_error *error;
  char *written = json_dumps(config, JSON_COMPACT), *fault;
  if (corsac_policy_from_json_with(&options, written, strlen(written), &policy, &error) == CORSAC_OK) {
    fault = explain(policy, exchange, found);
  } else {
    fault = fault_of("the policy is refused: ", corsac_error_message(error).ptr);
  }
  corsac_error_free(error);
  corsac_policy_free(policy);
  free(written);
  return fault;
}

char *run_finding(const json_t *vector) {
  const json_t *config = json_object_get(vector, "config"), *exchange = json_object_get(vector, "exchange");
  json_t *found = NULL, *finding, *about = NULL;
  char *fault = explain_by(vector, config, exchange, &found);
  if (fault == NULL) fault = difference(json_object_get(vector, "verdict"), json_object_get(found, "verdict"));
  if (fault == NULL) fault = compare_codes(json_object_get(vector, "findings"), found);
  size_t index;
  json_array_foreach(json_object_get(found, "findings"), index, finding) {
    if (about == NULL && json_equal(json_object_get(finding, "code"), json_object_get(vector, "code"))) about = finding;
  }
  if (fault == NULL && about == NULL) fault = fault_of("the finding is missing", "");
  if (fault == NULL) fault = members(json_object_get(vector, "near"), json_object_get(about, "near"));
  if (fault == NULL) fault = members(json_object_get(vector, "policy"), json_object_get(about, "policy"));
  json_decref(found);

  const json_t *fixed = json_object_get(vector, "fixed");
  const json_t *good_config = json_object_get(fixed, "config"), *good = json_object_get(fixed, "exchange");
  found = NULL;
  if (fault == NULL) {
    fault = explain_by(vector, good_config != NULL ? good_config : config, good != NULL ? good : exchange, &found);
  }
  if (fault == NULL) fault = compare_codes(json_object_get(fixed, "findings"), found);
  json_decref(found);
  return fault;
}
