/* Explanations: both formats, exchanges that cannot be read, misuse, and small stacks. */
#include "abi.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#define EXCHANGE \
  "{\"page\": \"https://app.example.com\", \"request\": {\"url\": \"https://api.example.com/items/7\", \"method\": \"DELETE\"}}"

static corsac_policy *put_only(void) {
  static const char toml[] = "allow_origins = ['https://app.example.com']\nallow_methods = ['PUT']\n";
  corsac_policy *policy = NULL;
  CHECK(corsac_policy_from_toml(toml, sizeof toml - 1, &policy, NULL) == CORSAC_OK);
  return policy;
}

void test_explanations(void) {
  corsac_policy *policy = put_only();
  corsac_explanation *explanation;
  corsac_error *error = (corsac_error *)policy;
  CHECK(corsac_explain(policy, EXCHANGE, strlen(EXCHANGE), CORSAC_EXPLANATION_JSON, &explanation, &error) == CORSAC_OK);
  CHECK(error == NULL);
  corsac_slice content = corsac_explanation_content(explanation);
  CHECK(is_terminated(content) && strlen(content.ptr) == content.len && content.ptr[0] == '{');
  CHECK(strstr(content.ptr, "\"blocked\"") != NULL && strstr(content.ptr, "\"method-not-allowed\"") != NULL);
  corsac_explanation_free(explanation);

  CHECK(corsac_explain(policy, EXCHANGE, strlen(EXCHANGE), CORSAC_EXPLANATION_TEXT, &explanation, NULL) == CORSAC_OK);
  /* It belongs to the caller, and no longer needs the policy. */
  corsac_policy_free(policy);
  content = corsac_explanation_content(explanation);
  CHECK(is_terminated(content) && strlen(content.ptr) == content.len && content.ptr[content.len - 1] == '\n');
  CHECK(strncmp(content.ptr, "blocked: ", 9) == 0);
  CHECK(strstr(content.ptr, "add `DELETE` to `allow_methods` (line 2)") != NULL);
  corsac_explanation_free(explanation);

  static const char open[] =
      "{\"page\": \"https://app.example.com\", \"request\": {\"url\": \"https://api.example.com/\"}, \"response\": "
      "{\"status\": 200, \"headers\": [[\"Access-Control-Allow-Origin\", \"*\"]]}} not read";
  size_t length = sizeof open - 1 - strlen(" not read");
  CHECK(corsac_diagnose(open, length, CORSAC_EXPLANATION_TEXT, &explanation, NULL) == CORSAC_OK);
  CHECK(strncmp(corsac_explanation_content(explanation).ptr, "readable", 8) == 0);
  corsac_explanation_free(explanation);
}

void test_unreadable_exchanges(void) {
  static const char wrong[] = "{\"page\": \"x\", \"request\": {\"url\": \"https://api.example.com/\", \"metod\": \"PUT\"}}";
  corsac_policy *policy = put_only();
  corsac_explanation *explanation = (corsac_explanation *)policy;
  corsac_error *error;
  CHECK(corsac_explain(policy, wrong, sizeof wrong - 1, CORSAC_EXPLANATION_JSON, &explanation, &error) == CORSAC_EXCHANGE);
  CHECK(explanation == NULL && corsac_error_count(error) == 2);
  corsac_slice message = corsac_error_message(error);
  CHECK(is_terminated(message) && strstr(message.ptr, "the exchange cannot be read: 2 problems") == message.ptr);
  int places = 0;
  for (size_t i = 0; i < corsac_error_count(error); i++) {
    corsac_issue issue = {.size = sizeof issue, .line = 7};
    CHECK(corsac_error_issue(error, i, &issue) == CORSAC_OK);
    CHECK(is_text(issue.code, "exchange") && is_text(issue.value, "") && issue.line == 0);
    CHECK(is_terminated(issue.field) && is_terminated(issue.message) && is_terminated(issue.help));
    CHECK(issue.message.len > 0 && issue.help.len > 0);
    places += is_text(issue.field, "page") || is_text(issue.field, "request.metod");
  }
  CHECK(places == 2);
  corsac_error_free(error);

  const size_t huge = 11 << 20;
  char *nested = malloc(huge);
  CHECK(nested != NULL);
  if (nested == NULL) return;
  memset(nested, '[', huge);
  const corsac_slice garbage[] = {{"", 0},    {"\0", 1},         {"{", 1},         {"null", 4},
                                  {"[]", 2},  {"\xff\xfe\x00\x80", 4}, {nested, 100000}, {nested, huge}};
  for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++) {
    for (int format = CORSAC_EXPLANATION_JSON; format <= CORSAC_EXPLANATION_TEXT; format++) {
      corsac_slice text = garbage[i];
      CHECK(corsac_diagnose(text.ptr, text.len, (corsac_explanation_format)format, &explanation, &error) == CORSAC_EXCHANGE);
      CHECK(explanation == NULL && corsac_error_count(error) > 0);
      corsac_error_free(error);
      CHECK(corsac_explain(policy, text.ptr, text.len, (corsac_explanation_format)format, &explanation, NULL) == CORSAC_EXCHANGE);
      CHECK(explanation == NULL);
    }
  }
  free(nested);
  corsac_policy_free(policy);
}

void test_misused_explanations(void) {
  const size_t length = strlen(EXCHANGE);
  const corsac_explanation_format format = CORSAC_EXPLANATION_JSON;
  corsac_policy *policy = put_only();
  corsac_explanation *out = (corsac_explanation *)policy;
  corsac_error *error = (corsac_error *)policy;
  CHECK(corsac_explain(NULL, EXCHANGE, length, format, &out, &error) == CORSAC_NULL && out == NULL && error == NULL);
  out = (corsac_explanation *)policy, error = (corsac_error *)policy;
  CHECK(corsac_explain(policy, NULL, length, format, &out, &error) == CORSAC_NULL && out == NULL && error == NULL);
  out = (corsac_explanation *)policy, error = (corsac_error *)policy;
  CHECK(corsac_diagnose(NULL, 0, format, &out, &error) == CORSAC_NULL && out == NULL && error == NULL);
  error = (corsac_error *)policy;
  CHECK(corsac_explain(policy, EXCHANGE, length, format, NULL, &error) == CORSAC_NULL && error == NULL);
  CHECK(corsac_diagnose(EXCHANGE, length, format, NULL, NULL) == CORSAC_NULL);
  CHECK(corsac_explain(NULL, NULL, 0, format, NULL, NULL) == CORSAC_NULL);

  /* No object can be this long. */
  out = (corsac_explanation *)policy;
  CHECK(corsac_explain(policy, EXCHANGE, SIZE_MAX, format, &out, &error) == CORSAC_BAD_SIZE && out == NULL && error == NULL);
  CHECK(corsac_diagnose(EXCHANGE, SIZE_MAX, format, &out, NULL) == CORSAC_BAD_SIZE && out == NULL);

  const int32_t unknown[] = {-1, 2, INT32_MAX, INT32_MIN};
  for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
    corsac_explanation_format other = (corsac_explanation_format)unknown[i];
    out = (corsac_explanation *)policy, error = (corsac_error *)policy;
    CHECK(corsac_explain(policy, EXCHANGE, length, other, &out, &error) == CORSAC_BAD_SIZE && out == NULL && error == NULL);
    out = (corsac_explanation *)policy;
    CHECK(corsac_diagnose(EXCHANGE, length, other, &out, NULL) == CORSAC_BAD_SIZE && out == NULL);
  }
  CHECK(is_absent(corsac_explanation_content(NULL)));
  corsac_explanation_free(NULL);
  corsac_policy_free(policy);
}

enum { STACK = 128 * 1024 };

/* Earlier exchanges inside earlier exchanges: as many as the limit allows, and far more. Then a text with endless
 * nesting. */
static void *explain_nested(void *argument) {
  corsac_policy *policy = argument;
  static const char open[] =
      "{\"page\": \"https://app.example.com\", \"request\": {\"url\": \"https://api.example.com/\", \"method\": \"PUT\"}, "
      "\"after\": {\"seconds\": 1, \"exchange\": ";
  size_t explained = 0, wrong = 0;
  for (size_t depth = 0; depth < 64; depth++) {
    char *text = malloc(depth * (sizeof open + 2) + strlen(EXCHANGE) + 1), *end = text;
    if (text == NULL) return NULL;
    for (size_t i = 0; i < depth; i++) end = (char *)memcpy(end, open, sizeof open - 1) + sizeof open - 1;
    end = (char *)memcpy(end, EXCHANGE, strlen(EXCHANGE)) + strlen(EXCHANGE);
    for (size_t i = 0; i < depth; i++) end = (char *)memcpy(end, "}}", 2) + 2;
    corsac_explanation *json, *page;
    size_t length = (size_t)(end - text);
    corsac_status status = corsac_explain(policy, text, length, CORSAC_EXPLANATION_JSON, &json, NULL);
    wrong += status != CORSAC_OK && status != CORSAC_EXCHANGE;
    wrong += corsac_explain(policy, text, length, CORSAC_EXPLANATION_TEXT, &page, NULL) != status;
    explained += status == CORSAC_OK;
    corsac_explanation_free(json);
    corsac_explanation_free(page);
    free(text);
  }
  char *brackets = malloc(100000);
  if (brackets == NULL) return NULL;
  memset(brackets, '[', 100000);
  corsac_explanation *none;
  wrong += corsac_diagnose(brackets, 100000, CORSAC_EXPLANATION_JSON, &none, NULL) != CORSAC_EXCHANGE;
  free(brackets);
  return wrong == 0 && explained >= 8 && explained < 64 ? argument : NULL;
}

void test_explaining_on_a_small_stack(void) {
  corsac_policy *policy = put_only();
  pthread_attr_t attributes;
  pthread_t thread;
  void *good = NULL;
  CHECK(pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, STACK) == 0);
  CHECK(pthread_create(&thread, &attributes, explain_nested, policy) == 0);
  CHECK(pthread_join(thread, &good) == 0 && good == policy);
  pthread_attr_destroy(&attributes);
  corsac_policy_free(policy);
}
