/* Applying a decision to the headers of an application, through `corsac_decision_apply`. */
#define _POSIX_C_SOURCE 200809L
#include "vectors.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A response's lines: an array of pairs, which is the form in which vectors have them. */

static bool is_named(const json_t *line, corsac_slice name) {
  return strcasecmp(json_string_value(json_array_get(line, 0)), name.ptr) == 0;
}

static bool values(corsac_slice name, corsac_take_value take, void *to, void *lines) {
  size_t index;
  json_t *line;
  json_array_foreach((json_t *)lines, index, line) {
    if (is_named(line, name)) take(corsac_slice_from(json_string_value(json_array_get(line, 1))), to);
  }
  return true;
}

static bool remove_lines(corsac_slice name, void *lines) {
  for (size_t i = json_array_size(lines); i > 0; i--) {
    if (is_named(json_array_get(lines, i - 1), name)) json_array_remove(lines, i - 1);
  }
  return true;
}

static bool append(corsac_slice name, corsac_slice value, void *lines) {
  /* Both end in a NUL that is not part of their length. */
  return strlen(name.ptr) == name.len && strlen(value.ptr) == value.len &&
         json_array_append_new(lines, json_pack("[ss]", name.ptr, value.ptr)) == 0;
}

static bool set(corsac_slice name, corsac_slice value, void *lines) {
  return remove_lines(name, lines) && append(name, value, lines);
}

/* The values of each name in the order of its lines. */
static json_t *by_name(const json_t *lines) {
  json_t *all = json_object(), *line;
  size_t index;
  json_array_foreach((json_t *)lines, index, line) {
    char name[128];
    snprintf(name, sizeof name, "%s", json_string_value(json_array_get(line, 0)));
    for (char *at = name; *at != '\0'; at++) *at = (char)tolower((unsigned char)*at);
    if (json_object_get(all, name) == NULL) json_object_set_new(all, name, json_array());
    json_array_append(json_object_get(all, name), json_array_get(line, 1));
  }
  return all;
}

static char *run(const json_t *vector, const json_t *config, bool keep_app_headers) {
  char *text = json_dumps(config, JSON_COMPACT);
  corsac_policy *policy;
  corsac_status status = corsac_policy_from_json(text, strlen(text), &policy, NULL);
  built_request built;
  if (status == CORSAC_OK) status = build_request(json_object_get(vector, "request"), &built);
  corsac_decision decision = {.size = sizeof decision};
  if (status == CORSAC_OK) status = corsac_policy_evaluate(policy, &built.request, &decision);
  json_t *lines = json_deep_copy(json_object_get(vector, "application"));
  corsac_response_headers response = {.size = sizeof response, .user = lines, .values = values, .remove = remove_lines,
                                      .set = set, .append = append, .keep_app_headers = keep_app_headers};
  if (status == CORSAC_OK) status = corsac_decision_apply(&decision, &response);
  json_t *wanted = by_name(json_object_get(vector, "response")), *got = by_name(lines);
  char *fault = status == CORSAC_OK ? difference(wanted, got) : strdup(corsac_status_name(status));
  json_decref(wanted), json_decref(got), json_decref(lines);
  if (policy != NULL) release_request(&built);
  corsac_policy_free(policy);
  free(text);
  return fault;
}

char *run_apply(const json_t *vector) { return run(vector, json_object_get(vector, "config"), false); }

char *run_apply_kept_by_host(const json_t *vector) {
  json_t *config = json_deep_copy(json_object_get(vector, "config"));
  json_object_del(config, "keep_app_headers");
  char *fault = run(vector, config, true);
  json_decref(config);
  return fault;
}
