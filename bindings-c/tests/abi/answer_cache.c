/* Which answers are remembered, how many, and for how long. */
#define _POSIX_C_SOURCE 200809L
#include "abi.h"

#include <time.h>

typedef struct {
  corsac_predicate_answer answer;
  int calls;
  corsac_answer_cache *cache;
  bool forget; /* `look_up` clears the cache before it answers */
} tenants;

static corsac_predicate_answer look_up(corsac_slice origin, const corsac_request *request, void *user) {
  tenants *asked = user;
  CHECK(request == NULL && origin.len > 0);
  asked->calls++;
  if (asked->forget) corsac_answer_cache_clear(asked->cache);
  return asked->answer;
}

static corsac_predicate_answer through_cache(corsac_slice origin, const corsac_request *request, void *user) {
  tenants *asked = user;
  (void)request;
  return corsac_answer_cache_ask(asked->cache, look_up, user, origin);
}

static void test_asked_once(void) {
  tenants asked = {.answer = CORSAC_PREDICATE_ALLOW};
  CHECK(corsac_answer_cache_new(100, 60000, &asked.cache) == CORSAC_OK);
  corsac_policy *policy = policy_of("{}", true);
  corsac_request request = request_of("GET", "https://tenant.example");
  corsac_decision decision = {.size = sizeof decision};
  for (int i = 0; i < 3; i++) {
    CHECK(corsac_policy_evaluate_with(policy, &request, through_cache, &asked, &decision) == CORSAC_OK);
    CHECK(decision.reason == CORSAC_REASON_ORIGIN_ALLOWED && asked.calls == 1);
  }
  /* A changed answer is seen as soon as the cache is cleared. */
  asked.answer = CORSAC_PREDICATE_DENY;
  corsac_answer_cache_clear(asked.cache);
  CHECK(corsac_policy_evaluate_with(policy, &request, through_cache, &asked, &decision) == CORSAC_OK);
  CHECK(decision.reason == CORSAC_REASON_ORIGIN_NOT_ALLOWED && asked.calls == 2);
  /* After a failure, the predicate is asked again. */
  asked.answer = CORSAC_PREDICATE_FAILED, asked.calls = 0;
  request.origin = corsac_slice_from("https://other.example");
  for (int i = 0; i < 3; i++) {
    CHECK(corsac_policy_evaluate_with(policy, &request, through_cache, &asked, &decision) == CORSAC_OK);
    CHECK(decision.reason == CORSAC_REASON_PREDICATE_FAILED && asked.calls == i + 1);
  }
  /* If the cache is cleared while the predicate is asked, the answer is returned, but not remembered. */
  asked.answer = CORSAC_PREDICATE_ALLOW, asked.calls = 0, asked.forget = true;
  for (int i = 0; i < 2; i++) {
    CHECK(corsac_policy_evaluate_with(policy, &request, through_cache, &asked, &decision) == CORSAC_OK);
    CHECK(decision.reason == CORSAC_REASON_ORIGIN_ALLOWED && asked.calls == i + 1);
  }
  uint64_t era = corsac_answer_cache_era(asked.cache);
  corsac_answer_cache_clear(asked.cache);
  CHECK(corsac_answer_cache_era(asked.cache) != era && corsac_answer_cache_era(NULL) == 0);
  CHECK(corsac_answer_cache_put(asked.cache, era, request.origin, CORSAC_PREDICATE_DENY) == CORSAC_OK);
  corsac_predicate_answer answer;
  CHECK(!corsac_answer_cache_get(asked.cache, request.origin, &answer));
  corsac_policy_free(policy);
  corsac_answer_cache_free(asked.cache);
}

static void test_get_and_put(void) {
  corsac_answer_cache *cache = NULL;
  corsac_predicate_answer answer = CORSAC_PREDICATE_FAILED;
  corsac_slice a = corsac_slice_from("https://a.example");
  CHECK(corsac_answer_cache_new(10, 60000, &cache) == CORSAC_OK);
  CHECK(!corsac_answer_cache_get(cache, a, &answer) && answer == CORSAC_PREDICATE_FAILED);
  CHECK(corsac_answer_cache_put(cache, corsac_answer_cache_era(cache), a, CORSAC_PREDICATE_FAILED) == CORSAC_OK && !corsac_answer_cache_get(cache, a, &answer));
  CHECK(corsac_answer_cache_put(cache, corsac_answer_cache_era(cache), a, (corsac_predicate_answer)7) == CORSAC_OK && !corsac_answer_cache_get(cache, a, &answer));
  CHECK(corsac_answer_cache_put(cache, corsac_answer_cache_era(cache), a, CORSAC_PREDICATE_ALLOW) == CORSAC_OK);
  CHECK(corsac_answer_cache_get(cache, a, &answer) && answer == CORSAC_PREDICATE_ALLOW);
  CHECK(corsac_answer_cache_put(cache, corsac_answer_cache_era(cache), a, CORSAC_PREDICATE_DENY) == CORSAC_OK);
  CHECK(corsac_answer_cache_get(cache, a, &answer) && answer == CORSAC_PREDICATE_DENY);
  /* A flood of made-up origins does not push out allowed ones. */
  CHECK(corsac_answer_cache_put(cache, corsac_answer_cache_era(cache), a, CORSAC_PREDICATE_ALLOW) == CORSAC_OK);
  for (int i = 0; i < 1000; i++) {
    char origin[64];
    snprintf(origin, sizeof origin, "https://%d.example", i);
    corsac_answer_cache_put(cache, corsac_answer_cache_era(cache), corsac_slice_from(origin), CORSAC_PREDICATE_DENY);
  }
  CHECK(corsac_answer_cache_get(cache, a, &answer) && answer == CORSAC_PREDICATE_ALLOW);
  CHECK(!corsac_answer_cache_get(cache, corsac_slice_from("https://1.example"), &answer));
  corsac_answer_cache_free(cache);

  CHECK(corsac_answer_cache_new(10, 1, &cache) == CORSAC_OK);
  CHECK(corsac_answer_cache_put(cache, corsac_answer_cache_era(cache), a, CORSAC_PREDICATE_ALLOW) == CORSAC_OK);
  nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
  CHECK(!corsac_answer_cache_get(cache, a, &answer));
  corsac_answer_cache_free(cache);
}

static void test_cache_misuse(void) {
  corsac_answer_cache *cache = (corsac_answer_cache *)&cache;
  static const struct { size_t size; uint64_t milliseconds; } bad[] = {{0, 1}, {1, 1}, {10000001, 1}, {2, 0}, {2, 86400001}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    CHECK(corsac_answer_cache_new(bad[i].size, bad[i].milliseconds, &cache) == CORSAC_BAD_SIZE && cache == NULL);
  }
  CHECK(corsac_answer_cache_new(2, 1, NULL) == CORSAC_NULL);
  CHECK(corsac_answer_cache_new(2, 86400000, &cache) == CORSAC_OK);
  corsac_predicate_answer answer;
  corsac_slice a = corsac_slice_from("https://a.example"), absent = {NULL, 0}, endless = {"x", (size_t)-1};
  CHECK(corsac_answer_cache_put(NULL, 0, a, CORSAC_PREDICATE_ALLOW) == CORSAC_NULL);
  CHECK(corsac_answer_cache_put(cache, corsac_answer_cache_era(cache), absent, CORSAC_PREDICATE_ALLOW) == CORSAC_NULL);
  CHECK(corsac_answer_cache_put(cache, corsac_answer_cache_era(cache), endless, CORSAC_PREDICATE_ALLOW) == CORSAC_BAD_SIZE);
  CHECK(corsac_answer_cache_put(cache, corsac_answer_cache_era(cache), a, CORSAC_PREDICATE_ALLOW) == CORSAC_OK);
  CHECK(!corsac_answer_cache_get(NULL, a, &answer) && !corsac_answer_cache_get(cache, absent, &answer));
  CHECK(!corsac_answer_cache_get(cache, a, NULL) && !corsac_answer_cache_get(cache, endless, &answer));
  CHECK(corsac_answer_cache_ask(NULL, look_up, NULL, a) == CORSAC_PREDICATE_FAILED);
  CHECK(corsac_answer_cache_ask(cache, NULL, NULL, a) == CORSAC_PREDICATE_FAILED);
  CHECK(corsac_answer_cache_ask(cache, look_up, NULL, absent) == CORSAC_PREDICATE_FAILED);
  corsac_answer_cache_clear(NULL);
  corsac_answer_cache_free(NULL);
  corsac_answer_cache_free(cache);
}

void test_answer_cache(void) {
  test_asked_once();
  test_get_and_put();
  test_cache_misuse();
}
