/* A policy that is swapped: who owns it, which policy stays in force after a bad file, and which changes a watch
 * notices. */
#define _XOPEN_SOURCE 700
#include "abi.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define FOR(host) "{\"allow_origins\": [\"https://" host ".example\"]}"

static bool allows(const corsac_reloadable *reloadable, const char *origin) {
  corsac_policy *policy = corsac_reloadable_acquire(reloadable);
  corsac_request request = request_of("GET", origin);
  corsac_decision decision = stale_decision();
  CHECK(corsac_policy_evaluate(policy, &request, &decision) == CORSAC_OK);
  corsac_policy_free(policy);
  return decision.reason == CORSAC_REASON_ORIGIN_ALLOWED;
}

static void test_swap(void) {
  corsac_policy *a = policy_of(FOR("a"), false), *b = policy_of(FOR("b"), false), *held;
  corsac_reloadable *reloadable;
  CHECK(corsac_reloadable_from_policy(a, &reloadable) == CORSAC_OK);
  corsac_policy_free(a); /* the holder has its own reference */
  held = corsac_reloadable_acquire(reloadable);
  CHECK(held == a && allows(reloadable, "https://a.example"));
  CHECK(corsac_reloadable_swap(reloadable, b) == CORSAC_OK);
  corsac_policy_free(b);
  CHECK(allows(reloadable, "https://b.example") && !allows(reloadable, "https://a.example"));

  /* This holder has no file to read or watch. */
  corsac_error *error;
  CHECK(corsac_reloadable_reload(reloadable, &error) == CORSAC_IO && corsac_error_count(error) == 1);
  corsac_error_free(error);
  CHECK(corsac_reloadable_reload(reloadable, NULL) == CORSAC_IO);
  CHECK(corsac_reloadable_watch(reloadable, 1000, NULL, NULL) == CORSAC_IO);
  CHECK(allows(reloadable, "https://b.example"));

  /* An acquired policy outlives the holder. */
  corsac_reloadable_free(reloadable);
  corsac_request request = request_of("GET", "https://a.example");
  corsac_decision decision = {.size = sizeof decision};
  CHECK(corsac_policy_evaluate(held, &request, &decision) == CORSAC_OK && decision.reason == CORSAC_REASON_ORIGIN_ALLOWED);
  corsac_policy_free(held);
}

static void test_reload_misuse(void) {
  corsac_policy *policy = policy_of(CREDENTIALED, false);
  corsac_reloadable *reloadable = (corsac_reloadable *)policy;
  corsac_error *error = (corsac_error *)policy;
  CHECK(corsac_reloadable_from_policy(NULL, &reloadable) == CORSAC_NULL && reloadable == NULL);
  CHECK(corsac_reloadable_from_policy(policy, NULL) == CORSAC_NULL);
  CHECK(corsac_reloadable_from_file(NULL, NULL, 0, &reloadable, &error) == CORSAC_NULL && reloadable == NULL && error == NULL);
  CHECK(corsac_reloadable_from_file(NULL, "x", 1, NULL, &error) == CORSAC_NULL);
  CHECK(corsac_reloadable_from_file(NULL, "/none/x", 7, &reloadable, &error) == CORSAC_IO && reloadable == NULL);
  CHECK(strstr(corsac_error_message(error).ptr, "/none/x") != NULL);
  corsac_error_free(error);
  CHECK(corsac_reloadable_acquire(NULL) == NULL);
  CHECK(corsac_reloadable_swap(NULL, policy) == CORSAC_NULL);
  error = (corsac_error *)policy;
  CHECK(corsac_reloadable_reload(NULL, &error) == CORSAC_NULL && error == NULL);
  CHECK(corsac_reloadable_watch(NULL, 1000, NULL, NULL) == CORSAC_NULL);
  corsac_reloadable_unwatch(NULL);
  corsac_reloadable_free(NULL);
  CHECK(corsac_reloadable_from_policy(policy, &reloadable) == CORSAC_OK);
  CHECK(corsac_reloadable_swap(reloadable, NULL) == CORSAC_NULL && allows(reloadable, "https://app.example.com"));
  corsac_reloadable_free(reloadable);
  corsac_policy_free(policy);
}

static char folder[] = "/tmp/corsac-reload-XXXXXX";

static const char *in_folder(const char *name) {
  static char paths[4][128];
  static int next;
  char *path = paths[next++ % 4];
  snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  return path;
}

/* Writes a file as editors and deployment tools do, so that it is never incomplete. */
static void rename_into(const char *name, const char *text) {
  write_file(in_folder("fresh"), text);
  CHECK(rename(in_folder("fresh"), in_folder(name)) == 0);
}

static void test_reload(void) {
  const char *path = in_folder("policy.json");
  write_file(path, FOR("a"));
  corsac_reloadable *reloadable;
  corsac_error *error;
  CHECK(corsac_reloadable_from_file(NULL, path, strlen(path), &reloadable, &error) == CORSAC_OK && error == NULL);
  path = in_folder("policy.json");
  CHECK(allows(reloadable, "https://a.example"));
  write_file(path, FOR("b"));
  CHECK(allows(reloadable, "https://a.example")); /* the file is not read before the reload */
  CHECK(corsac_reloadable_reload(reloadable, &error) == CORSAC_OK && error == NULL);
  CHECK(allows(reloadable, "https://b.example") && !allows(reloadable, "https://a.example"));

  write_file(path, "{\"allow_origins\": [\"https://a.example/\"]}");
  CHECK(corsac_reloadable_reload(reloadable, &error) == CORSAC_CONFIG);
  CHECK(strstr(corsac_error_message(error).ptr, "policy.json") != NULL);
  corsac_issue issue = {.size = sizeof issue};
  CHECK(corsac_error_issue(error, 0, &issue) == CORSAC_OK && is_text(issue.code, "origin-trailing-slash"));
  corsac_error_free(error);
  CHECK(allows(reloadable, "https://b.example"));
  write_file(path, "{");
  CHECK(corsac_reloadable_reload(reloadable, NULL) == CORSAC_CONFIG && allows(reloadable, "https://b.example"));
  unlink(path);
  CHECK(corsac_reloadable_reload(reloadable, &error) == CORSAC_IO && allows(reloadable, "https://b.example"));
  CHECK(strstr(corsac_error_message(error).ptr, "policy.json") != NULL);
  corsac_error_free(error);
  rename_into("policy.json", FOR("c"));
  CHECK(corsac_reloadable_reload(reloadable, NULL) == CORSAC_OK && allows(reloadable, "https://c.example"));
  corsac_reloadable_free(reloadable);
  unlink(in_folder("policy.json"));
}

void test_reloadable(void) {
  CHECK(mkdtemp(folder) != NULL);
  test_swap();
  test_reload_misuse();
  test_reload();
}

/* --- watching --- */

typedef struct {
  atomic_int told[8]; /* calls of the callback, by status */
  corsac_reloadable *reloadable;
  atomic_int end; /* 1: end the watching, 2: free the holder; from the callback itself */
} watched;

static void on_reload(corsac_status status, const corsac_error *error, void *user) {
  watched *watched = user;
  CHECK((status == CORSAC_OK) == (error == NULL));
  if (error != NULL) CHECK(corsac_error_count(error) > 0 && strstr(corsac_error_message(error).ptr, folder) != NULL);
  if (atomic_load(&watched->end) == 1) corsac_reloadable_unwatch(watched->reloadable);
  if (atomic_load(&watched->end) == 2) corsac_reloadable_free(watched->reloadable);
  atomic_fetch_add(&watched->told[status], 1);
}

static void nap(long milliseconds) { nanosleep(&(struct timespec){.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000}, NULL); }

static bool comes(atomic_int *count, int wanted) {
  for (int i = 0; i < 500 && atomic_load(count) < wanted; i++) nap(20);
  return atomic_load(count) == wanted;
}

static void link_to(const char *target, const char *name) {
  unlink(in_folder("fresh"));
  CHECK(symlink(target, in_folder("fresh")) == 0);
  CHECK(rename(in_folder("fresh"), in_folder(name)) == 0);
}

void test_watch(void) {
  watched watched = {.end = 0};
  /* A ConfigMap: policy.toml → ..data/policy.toml, ..data → a folder that is replaced. */
  char command[256];
  snprintf(command, sizeof command, "mkdir %s/v1 %s/v2 && ln -s ..data/policy.json %s/policy.json && ln -s v1 %s/..data", folder, folder, folder, folder);
  CHECK(system(command) == 0);
  write_file(in_folder("v1/policy.json"), FOR("a"));
  write_file(in_folder("v2/policy.json"), FOR("b"));
  const char *path = in_folder("policy.json");
  CHECK(corsac_reloadable_from_file(NULL, path, strlen(path), &watched.reloadable, NULL) == CORSAC_OK);
  CHECK(corsac_reloadable_watch(watched.reloadable, 9, on_reload, &watched) == CORSAC_BAD_SIZE);
  CHECK(corsac_reloadable_watch(watched.reloadable, 1000, NULL, NULL) == CORSAC_OK);
  CHECK(corsac_reloadable_watch(watched.reloadable, 20, on_reload, &watched) == CORSAC_OK); /* replaces the watch above */

  link_to("v2", "..data");
  CHECK(comes(&watched.told[CORSAC_OK], 1) && allows(watched.reloadable, "https://b.example"));
  /* A file that was only touched, or has the same text again, is not reported. */
  rename_into("v2/policy.json", FOR("b"));
  nap(200);
  CHECK(atomic_load(&watched.told[CORSAC_OK]) == 1);
  /* A missing file and a refused one are each reported once, and the old policy stays in force. */
  unlink(in_folder("v2/policy.json"));
  CHECK(comes(&watched.told[CORSAC_IO], 1) && allows(watched.reloadable, "https://b.example"));
  rename_into("v2/policy.json", "{\"allow_origins\": 1}");
  CHECK(comes(&watched.told[CORSAC_CONFIG], 1) && allows(watched.reloadable, "https://b.example"));
  nap(200);
  CHECK(atomic_load(&watched.told[CORSAC_IO]) == 1 && atomic_load(&watched.told[CORSAC_CONFIG]) == 1);
  rename_into("v2/policy.json", FOR("c"));
  CHECK(comes(&watched.told[CORSAC_OK], 2) && allows(watched.reloadable, "https://c.example"));
  /* A file that is still being written is not read until it stops changing. */
  for (int i = 0; i < 5; i++) {
    char text[64];
    snprintf(text, sizeof text, "{\"allow_origins\": [%*s", i, "");
    write_file(in_folder("v2/policy.json"), text);
    nap(5);
  }
  write_file(in_folder("v2/policy.json"), FOR("d"));
  for (int i = 0; i < 500 && !allows(watched.reloadable, "https://d.example"); i++) nap(20);
  CHECK(allows(watched.reloadable, "https://d.example"));

  corsac_reloadable_unwatch(watched.reloadable);
  corsac_reloadable_unwatch(watched.reloadable);
  int before = atomic_load(&watched.told[CORSAC_OK]);
  rename_into("v2/policy.json", FOR("e"));
  nap(200);
  CHECK(atomic_load(&watched.told[CORSAC_OK]) == before && allows(watched.reloadable, "https://d.example"));

  /* The callback may end its own watch, and free the holder. */
  atomic_store(&watched.end, 1);
  CHECK(corsac_reloadable_watch(watched.reloadable, 20, on_reload, &watched) == CORSAC_OK);
  CHECK(comes(&watched.told[CORSAC_OK], before + 1) && allows(watched.reloadable, "https://e.example"));
  atomic_store(&watched.end, 2);
  rename_into("v2/policy.json", FOR("f"));
  CHECK(corsac_reloadable_watch(watched.reloadable, 20, on_reload, &watched) == CORSAC_OK);
  CHECK(comes(&watched.told[CORSAC_OK], before + 2));
  snprintf(command, sizeof command, "rm -r %s", folder);
  CHECK(system(command) == 0);
}
