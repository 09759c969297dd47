/* The rules of schema.json that keep a runner from misreading a vector: keys, types, and which keys belong together. */
#include "vectors.h"

#include <string.h>

typedef struct {
  const char *name;
  json_type type;
  bool required;
} member;

/* Whether an object has all its required members, each of its type, and no others. */
static bool fits(const json_t *object, const member *members, size_t count) {
  if (!json_is_object(object)) return false;
  size_t known = 0;
  for (size_t i = 0; i < count; i++) {
    const json_t *value = json_object_get(object, members[i].name);
    if (value == NULL && members[i].required) return false;
    if (value == NULL) continue;
    if (json_typeof(value) != members[i].type) return false;
    known++;
  }
  return known == json_object_size(object);
}

#define FITS(object, ...) \
  fits(object, (const member[]){__VA_ARGS__}, sizeof((const member[]){__VA_ARGS__}) / sizeof(member))

static bool is_isomorphic(const json_t *string) {
  if (!json_is_string(string)) return false;
  bytes ignored = {0};
  bool isomorphic = to_bytes(string, &ignored);
  bytes_free(&ignored);
  return isomorphic;
}

static bool are_pairs(const json_t *headers) {
  size_t index;
  json_t *pair;
  json_array_foreach((json_t *)headers, index, pair) {
    if (!json_is_array(pair) || json_array_size(pair) != 2) return false;
    if (!is_isomorphic(json_array_get(pair, 0)) || !is_isomorphic(json_array_get(pair, 1))) return false;
  }
  return true;
}

/* An optional boolean member. jansson has two types of booleans. */
#define FLAG(object, name) {name, json_is_true(json_object_get(object, name)) ? JSON_TRUE : JSON_FALSE, false}

static bool is_request(const json_t *request) {
  const json_t *path = json_object_get(request, "path"), *authority = json_object_get(request, "authority");
  return FITS(request, {"method", JSON_STRING, true}, {"path", JSON_STRING, false}, {"authority", JSON_STRING, false},
              FLAG(request, "path_decoded"), FLAG(request, "secure"), FLAG(request, "websocket"), {"headers", JSON_ARRAY, true}) &&
         is_isomorphic(json_object_get(request, "method")) && (path == NULL || is_isomorphic(path)) &&
         (authority == NULL || is_isomorphic(authority)) && are_pairs(json_object_get(request, "headers"));
}

static bool is_expected(const json_t *expect, bool asks) {
  const json_t *status = json_object_get(expect, "status");
  return FITS(expect, {"action", JSON_STRING, true}, {"status", status ? json_typeof(status) : JSON_NULL, true},
              {"headers", JSON_ARRAY, true}, {"body", JSON_STRING, true}, {"reason", JSON_STRING, true},
              {"reported", JSON_STRING, false}, FLAG(expect, "asked")) &&
         (json_object_get(expect, "asked") != NULL) == asks && (json_is_null(status) || json_is_integer(status)) &&
         are_pairs(json_object_get(expect, "headers"));
}

static bool is_predicate(const json_t *predicate) {
  const char *answer = json_string_value(predicate);
  return answer == NULL || strcmp(answer, "allow") == 0 || strcmp(answer, "deny") == 0 || strcmp(answer, "fail") == 0;
}

static bool are_findings(const json_t *findings) {
  size_t index;
  json_t *finding;
  json_array_foreach((json_t *)findings, index, finding) {
    if (!FITS(finding, {"code", JSON_STRING, true}, {"field", JSON_STRING, true})) return false;
  }
  return true;
}

static bool is_vary(const json_t *vary) {
  if (!FITS(vary, {"application", JSON_ARRAY, true}, {"decision", JSON_STRING, true}, {"merged", JSON_STRING, true})) {
    return false;
  }
  size_t index;
  json_t *line;
  json_array_foreach(json_object_get(vary, "application"), index, line) {
    if (!is_isomorphic(line)) return false;
  }
  return is_isomorphic(json_object_get(vary, "decision")) && is_isomorphic(json_object_get(vary, "merged"));
}

static bool is_text(const json_t *text) {
  if (!FITS(text, {"format", JSON_STRING, true}, {"text", JSON_STRING, true})) return false;
  const char *format = json_string_value(json_object_get(text, "format"));
  return strcmp(format, "json") == 0 || strcmp(format, "toml") == 0;
}

#define ABOUT {"id", JSON_STRING, true}, {"why", JSON_STRING, true}, {"spec", JSON_STRING, true}
#define POLICY {"config", JSON_OBJECT, false}, {"text", JSON_OBJECT, false}

const char *schema_fault(const json_t *vector) {
  const json_t *vary = json_object_get(vector, "vary"), *text = json_object_get(vector, "text");
  if (vary != NULL) {
    if (!FITS(vector, ABOUT, {"vary", JSON_OBJECT, true})) return "unknown, missing or wrong members";
    return is_vary(vary) ? NULL : "vary";
  }
  if ((text == NULL) == (json_object_get(vector, "config") == NULL)) return "neither config nor text, or both";
  if (text != NULL && !is_text(text)) return "text";
  const json_t *issues = json_object_get(vector, "issues"), *lints = json_object_get(vector, "lints");
  if (issues != NULL) {
    if (!FITS(vector, ABOUT, POLICY, {"issues", JSON_ARRAY, true})) return "unknown, missing or wrong members";
    return are_findings(issues) && json_array_size(issues) > 0 ? NULL : "issues";
  }
  if (lints != NULL) {
    if (!FITS(vector, ABOUT, POLICY, {"lints", JSON_ARRAY, true})) return "unknown, missing or wrong members";
    return are_findings(lints) ? NULL : "lints";
  }
  const json_t *predicate = json_object_get(vector, "predicate");
  if (!FITS(vector, ABOUT, POLICY, {"predicate", JSON_STRING, false}, {"request", JSON_OBJECT, true}, {"expect", JSON_OBJECT, true})) {
    return "unknown, missing or wrong members";
  }
  if (!is_predicate(predicate)) return "predicate";
  if (!is_request(json_object_get(vector, "request"))) return "request";
  return is_expected(json_object_get(vector, "expect"), predicate != NULL) ? NULL : "expect";
}
