/* Policies: files, errors, lints, references, threads. */
#define _POSIX_C_SOURCE 200809L
#include "abi.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  CHECK(file != NULL);
  if (file == NULL) return;
  CHECK(fputs(text, file) >= 0);
  CHECK(fclose(file) == 0);
}

void test_files(void) {
  char folder[] = "/tmp/corsac-abi-XXXXXX", json[64], toml[64], missing[64];
  CHECK(mkdtemp(folder) != NULL);
  snprintf(json, sizeof json, "%s/policy.json", folder);
  snprintf(toml, sizeof toml, "%s/policy.toml", folder);
  snprintf(missing, sizeof missing, "%s/missing.toml", folder);
  write_file(json, CREDENTIALED);
  write_file(toml, "allow_origins = 'https://app.example.com'\nallow_metods = []\n");

  corsac_policy *policy;
  corsac_error *error;
  corsac_issue issue = {.size = sizeof issue};
  CHECK(corsac_policy_from_file(json, strlen(json), &policy, &error) == CORSAC_OK && error == NULL);
  corsac_policy_free(policy);

  CHECK(corsac_policy_from_file(toml, strlen(toml), &policy, &error) == CORSAC_CONFIG && policy == NULL);
  CHECK(corsac_error_count(error) == 2);
  CHECK(strstr(corsac_error_message(error).ptr, toml) != NULL);
  corsac_error_free(error);

  CHECK(corsac_policy_from_file(missing, strlen(missing), &policy, &error) == CORSAC_IO && policy == NULL);
  CHECK(corsac_error_count(error) == 1);
  CHECK(corsac_error_issue(error, 0, &issue) == CORSAC_OK);
  CHECK(is_text(issue.code, "io") && is_text(issue.field, "") && is_text(issue.value, missing));
  CHECK(strstr(issue.message.ptr, missing) != NULL && strstr(issue.message.ptr, "No such file") != NULL);
  CHECK(issue.help.len > 0 && is_terminated(issue.help));
  corsac_error_free(error);

  CHECK(corsac_policy_from_file(folder, strlen(folder), &policy, NULL) == CORSAC_IO && policy == NULL);
  CHECK(corsac_policy_from_file("/dev/zero", 9, &policy, &error) == CORSAC_CONFIG && policy == NULL);
  CHECK(strstr(corsac_error_message(error).ptr, "not a regular file") != NULL);
  corsac_error_free(error);
  CHECK(corsac_policy_from_file("", 0, &policy, NULL) == CORSAC_IO);
  CHECK(corsac_policy_from_file("a\0b", 3, &policy, NULL) == CORSAC_IO);
  CHECK(corsac_policy_from_file("\xff\xfe", 2, &policy, NULL) == CORSAC_IO);
  unlink(json);
  unlink(toml);
  rmdir(folder);
}

void test_errors(void) {
  const char *json = "{\"allow_origins\": [\"https://a.example/\", \"HTTPS://b.example\"], \"max_age\": -1}";
  corsac_policy *policy;
  corsac_error *error;
  CHECK(corsac_policy_from_json(json, strlen(json), &policy, &error) == CORSAC_CONFIG && policy == NULL);
  CHECK(corsac_error_count(error) == 3);
  corsac_issue issue = {.size = sizeof issue};
  int slashes = 0;
  for (size_t i = 0; i < corsac_error_count(error); i++) {
    CHECK(corsac_error_issue(error, i, &issue) == CORSAC_OK && issue.size == sizeof issue);
    CHECK(is_terminated(issue.code) && is_terminated(issue.field) && is_terminated(issue.value));
    CHECK(is_terminated(issue.message) && is_terminated(issue.help));
    CHECK(issue.code.len > 0 && issue.message.len > 0 && issue.help.len > 0);
    if (!is_text(issue.code, "origin-trailing-slash")) continue;
    slashes++;
    CHECK(is_text(issue.field, "allow_origins[0]") && is_text(issue.value, "https://a.example/"));
    CHECK(strstr(issue.help.ptr, "`https://a.example`") != NULL);
  }
  CHECK(slashes == 1);
  CHECK(corsac_error_issue(error, 3, &issue) == CORSAC_NULL);
  CHECK(is_absent(issue.code) && is_absent(issue.field) && is_absent(issue.value));
  CHECK(is_absent(issue.message) && is_absent(issue.help));
  issue.size = offsetof(corsac_issue, line) - 1;
  CHECK(corsac_error_issue(error, 0, &issue) == CORSAC_BAD_SIZE);
  CHECK(corsac_error_issue(error, 0, NULL) == CORSAC_NULL);
  corsac_slice message = corsac_error_message(error);
  CHECK(is_terminated(message) && strncmp(message.ptr, "3 problems", 10) == 0);
  corsac_error_free(error);
}

void test_lints(void) {
  corsac_policy *policy =
      policy_of("{\"allow_origins\": [\"*\"], \"allow_headers\": [\"*\"], \"allow_methods\": [\"TRACE\"]}", false);
  CHECK(corsac_policy_lint_count(policy) == 2);
  corsac_issue lint = {.size = sizeof lint};
  bool method = false, authorization = false;
  for (size_t i = 0; i < corsac_policy_lint_count(policy); i++) {
    CHECK(corsac_policy_lint(policy, i, &lint) == CORSAC_OK);
    CHECK(is_terminated(lint.code) && is_terminated(lint.message) && is_terminated(lint.help));
    method |= is_text(lint.code, "method-forbidden") && is_text(lint.field, "allow_methods[0]");
    authorization |= is_text(lint.code, "authorization-not-covered") && is_text(lint.field, "allow_headers");
  }
  CHECK(method && authorization);
  CHECK(corsac_policy_lint(policy, 2, &lint) == CORSAC_NULL && is_absent(lint.code));
  corsac_policy_free(policy);
  policy = policy_of(CREDENTIALED, false);
  CHECK(corsac_policy_lint_count(policy) == 0);
  corsac_policy_free(policy);
}

enum { THREADS = 4, ROUNDS = 2000 };

/* Each thread owns one reference from the start, and takes and returns many more. */
static void *evaluate_and_free(void *argument) {
  corsac_policy *policy = argument;
  size_t wrong = 0;
  for (int i = 0; i < ROUNDS; i++) {
    corsac_policy *own = corsac_policy_clone(policy);
    corsac_request request = request_of("GET", i % 2 ? "https://app.example.com" : "https://evil.example");
    corsac_decision decision = {.size = sizeof decision};
    corsac_reason expected = i % 2 ? CORSAC_REASON_ORIGIN_ALLOWED : CORSAC_REASON_ORIGIN_NOT_ALLOWED;
    wrong += corsac_policy_evaluate(own, &request, &decision) != CORSAC_OK || decision.reason != expected;
    corsac_policy_free(own);
  }
  corsac_policy_free(policy);
  return wrong == 0 ? NULL : argument;
}

void test_threads(void) {
  corsac_policy *policy = policy_of(CREDENTIALED, false);
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++) {
    corsac_policy *own = corsac_policy_clone(policy);
    CHECK(own == policy);
    CHECK(pthread_create(&threads[i], NULL, evaluate_and_free, own) == 0);
  }
  /* The threads' references keep the policy alive. */
  corsac_policy_free(policy);
  for (int i = 0; i < THREADS; i++) {
    void *failed;
    CHECK(pthread_join(threads[i], &failed) == 0 && failed == NULL);
  }
}
