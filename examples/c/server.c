/*
 * The demo's API on libmicrohttpd. SIGHUP reads the policy again. Build and start it in this folder with
 *   cc server.c -o server $(pkg-config --cflags --libs corsac libmicrohttpd) && ./server 4103 ../cors.toml
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>

#include "cors_mhd.h"

enum { MAX_BODY = 64 * 1024 };
struct upload { char *target; bool begun; size_t length; char text[MAX_BODY + 1]; };

static void answer(struct response *response, unsigned status, const char *body) {
  response->status = status;
  response->body = strdup(body);
}

static void set(struct response *response, const char *name, const char *value) {
  line_add(response, name, value);
}

/* The token as JSON; NULL if it would need escapes, or if there is no memory. */
static char *note(const char *token) {
  char *body = NULL;
  if (token == NULL) return strdup("{\"token\": null}");
  for (const char *at = token; *at != 0; at++)
    if (*at < ' ' || *at == '"' || *at == '\\') return NULL;
  return asprintf(&body, "{\"token\": \"%s\"}", token) < 0 ? NULL : body;
}

static void api(struct MHD_Connection *connection, const char *method, const char *path, void *state, struct response *response) {
  static atomic_uint number;
  const struct upload *upload = state;
  char route[64], id[16];
  snprintf(route, sizeof route, "%s %s", strcmp(method, "HEAD") == 0 ? "GET" : method, path);
  set(response, "Content-Type", "application/json");

  if (upload->length > MAX_BODY) {
    answer(response, MHD_HTTP_CONTENT_TOO_LARGE, "{\"error\": \"too large\"}");
  } else if (strcmp(route, "GET /api/hello") == 0) {
    snprintf(id, sizeof id, "c-%u", atomic_fetch_add(&number, 1) + 1);
    set(response, "X-Request-Id", id);
    set(response, "X-Internal", "not for scripts");
    answer(response, MHD_HTTP_OK, "{\"message\": \"hello\"}");
  } else if (strcmp(route, "POST /api/echo") == 0) {
    answer(response, MHD_HTTP_OK, upload->text);
  } else if (strcmp(route, "PUT /api/note") == 0) {
    response->body = note(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "X-Demo-Token"));
    if (response->body == NULL) answer(response, MHD_HTTP_BAD_REQUEST, "{\"error\": \"token\"}");
  } else if (strcmp(route, "DELETE /api/note") == 0) {
    answer(response, MHD_HTTP_OK, "{\"deleted\": true}");
  } else if (strcmp(route, "POST /api/session") == 0) {
    /* Cookies do not distinguish ports, so each server uses its own name. */
    set(response, "Set-Cookie", "session_c=alice; Path=/; HttpOnly; SameSite=Lax");
    answer(response, MHD_HTTP_OK, "{\"user\": \"alice\"}");
  } else if (strcmp(route, "GET /api/session") == 0) {
    const char *user = MHD_lookup_connection_value(connection, MHD_COOKIE_KIND, "session_c");
    bool alice = user != NULL && strcmp(user, "alice") == 0;
    answer(response, MHD_HTTP_OK, alice ? "{\"user\": \"alice\"}" : "{\"user\": null}");
  } else if (strcmp(route, "GET /api/crash") == 0) {
    answer(response, MHD_HTTP_INTERNAL_SERVER_ERROR, "{\"error\": \"on purpose\"}"); /* C has no exceptions */
  } else if (strcmp(route, "GET /api/own-headers") == 0) {
    set(response, "Access-Control-Allow-Origin", "*"); /* wrong: the policy replaces it */
    set(response, "Access-Control-Allow-Credentials", "maybe");
    set(response, "Vary", "Accept-Encoding"); /* right: it is merged */
    answer(response, MHD_HTTP_OK, "{\"message\": \"own headers\"}");
  } else {
    answer(response, MHD_HTTP_NOT_FOUND, "{\"error\": \"not found\"}");
  }
}

/* Called before everything else. Only this callback gets the target as it was sent. */
static void *begin(void *policies, const char *target, struct MHD_Connection *connection) {
  struct upload *upload = calloc(1, sizeof *upload);
  (void)policies, (void)connection;
  if (upload != NULL) upload->target = strdup(target);
  return upload;
}

/* Called once for a request's head, once for each piece of its body, and once when it is complete. */
static enum MHD_Result handle(void *policies, struct MHD_Connection *connection, const char *path, const char *method,
                              const char *version, const char *piece, size_t *length, void **state) {
  struct upload *upload = *state;
  (void)version;
  if (upload == NULL) return MHD_NO;
  if (!upload->begun) return upload->begun = true, MHD_YES;
  if (*length == 0) {
    corsac_policy *policy = corsac_reloadable_acquire(policies); /* the policy in force now, for the whole request */
    enum MHD_Result result = cors_respond(connection, policy, method, upload->target, path, api, upload);
    corsac_policy_free(policy);
    return result;
  }
  if (upload->length + *length <= MAX_BODY) memcpy(upload->text + upload->length, piece, *length);
  upload->length = upload->length + *length <= MAX_BODY ? upload->length + *length : MAX_BODY + 1;
  *length = 0;
  return MHD_YES;
}

static void done(void *policies, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode code) {
  struct upload *upload = *state;
  (void)policies, (void)connection, (void)code;
  if (upload != NULL) free(upload->target);
  free(upload);
}

/* Prints what is wrong with a policy, if anything is. */
static bool is_fine(corsac_status status, corsac_error **error) {
  if (status == CORSAC_OK) return true;
  fprintf(stderr, "%s\n", *error != NULL ? corsac_error_message(*error).ptr : corsac_status_name(status));
  corsac_error_free(*error);
  return false;
}

int main(int count, char **arguments) {
  if (count != 3) return fprintf(stderr, "usage: %s <port> <policy file>\n", arguments[0]), 2;
  const char *file = arguments[2];
  corsac_reloadable *policies = NULL;
  corsac_error *error = NULL;
  if (!is_fine(corsac_reloadable_from_file(NULL, file, strlen(file), &policies, &error), &error)) return 1;

  sigset_t signals; /* blocked before there are threads, so that only sigwait sees them */
  sigemptyset(&signals), sigaddset(&signals, SIGINT), sigaddset(&signals, SIGTERM), sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);

  struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1])),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct MHD_Daemon *daemon = MHD_start_daemon(
      MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ERROR_LOG, 0, NULL, NULL, handle, policies, MHD_OPTION_SOCK_ADDR, &loopback,
      MHD_OPTION_URI_LOG_CALLBACK, begin, NULL, MHD_OPTION_NOTIFY_COMPLETED, done, NULL, MHD_OPTION_END);
  if (daemon == NULL) return fprintf(stderr, "port %s cannot be opened\n", arguments[1]), 1;
  int signal;
  while (sigwait(&signals, &signal) == 0 && signal == SIGHUP)
    is_fine(corsac_reloadable_reload(policies, &error), &error); /* if it is not, the old one stays in force */
  MHD_stop_daemon(daemon);
  corsac_reloadable_free(policies);
  return 0;
}
