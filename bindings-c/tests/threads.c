/* Threads decide with one policy while others clone and free it. The main thread frees its own reference while they run. */
#include "check.h"

#include <corsac.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

int check_passed, check_failed;

static const char POLICY[] =
    "{\"allow_origins\": [\"https://*.example.com\", \"https://app-*.example.net\"], \"allow_origin_regex\": "
    "[\"https://[a-z]+\\\\.example\\\\.org\"], \"allow_headers\": [\"X-Token\"], \"allow_credentials\": true}";

enum { DECIDERS = 4, CLONERS = 3, THREADS = DECIDERS + CLONERS };

typedef struct {
  corsac_policy *policy; /* a reference of this thread's own */
  long rounds;
  long wrong;
} task;

static void *decide(void *argument) {
  task *task = argument;
  static const struct { const char *origin; corsac_reason reason; } cases[] = {
      {"https://a.example.com", CORSAC_REASON_PREFLIGHT_ALLOWED},
      {"https://app-1.example.net", CORSAC_REASON_PREFLIGHT_ALLOWED},
      {"https://abc.example.org", CORSAC_REASON_PREFLIGHT_ALLOWED},
      {"https://evil.example", CORSAC_REASON_ORIGIN_NOT_ALLOWED},
  };
  for (long i = 0; i < task->rounds; i++) {
    corsac_request request = {.size = sizeof request};
    request.method = corsac_slice_from("OPTIONS");
    request.origin = corsac_slice_from(cases[i % 4].origin);
    request.access_control_request_method = corsac_slice_from("POST");
    request.access_control_request_headers = corsac_slice_from("x-token");
    corsac_decision decision = {.size = sizeof decision};
    if (corsac_policy_evaluate(task->policy, &request, &decision) != CORSAC_OK) task->wrong++;
    if (decision.reason != cases[i % 4].reason) task->wrong++;
    /* The values that are borrowed from the policy are read too. */
    for (size_t at = 0; at < decision.header_count; at++)
      if (decision.headers[at].value.len != 0 && decision.headers[at].value.ptr[0] == '\0') task->wrong++;
  }
  corsac_policy_free(task->policy);
  return NULL;
}

static void *clone_and_free(void *argument) {
  task *task = argument;
  for (long i = 0; i < task->rounds; i++) {
    corsac_policy *mine[4];
    for (int at = 0; at < 4; at++) mine[at] = corsac_policy_clone(task->policy);
    for (int at = 0; at < 4; at++) corsac_policy_free(mine[at]);
    corsac_policy_lint_count(task->policy);
  }
  corsac_policy_free(task->policy);
  return NULL;
}

int main(int count, char **arguments) {
  long rounds = count > 1 ? atol(arguments[1]) : 1000;
  corsac_policy *policy = NULL;
  CHECK(corsac_policy_from_json(POLICY, sizeof POLICY - 1, &policy, NULL) == CORSAC_OK);
  if (policy == NULL) return 1;

  pthread_t threads[THREADS];
  task tasks[THREADS];
  for (int i = 0; i < THREADS; i++) {
    tasks[i] = (task){.policy = corsac_policy_clone(policy), .rounds = rounds};
    CHECK(pthread_create(&threads[i], NULL, i < DECIDERS ? decide : clone_and_free, &tasks[i]) == 0);
  }
  /* This frees only the main thread's reference. The policy exists until the last thread has freed its own. */
  corsac_policy_free(policy);
  for (int i = 0; i < THREADS; i++) {
    CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(tasks[i].wrong == 0);
  }
  printf("threads: %d passed, %d failed\n", check_passed, check_failed);
  return check_failed != 0;
}
