/*
 * corsac on CivetWeb. CivetWeb's own CORS answers preflights and allows any origin unless it is switched off. Error
 * pages of CivetWeb have no headers unless the `http_error` callback sends them.
 *   cc server_civetweb.c -o server $(pkg-config --cflags --libs corsac) -lcivetweb && ./server 4105 ../cors.toml
 */
#define _GNU_SOURCE
#include <civetweb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include "cors_lines.h"

/* The application: a status, header lines and a body. */
static int application(const char *method, const char *path, struct cors_lines *lines, char *body, size_t room) {
  cors_add(lines, "Content-Type", "text/plain");
  if (strcmp(path, "/crash") == 0) return snprintf(body, room, "crash\n"), 500;
  if (strcmp(path, "/hello") != 0) return snprintf(body, room, "not found\n"), 404;
  cors_add(lines, "Access-Control-Allow-Origin", "*"); /* wrong: the policy replaces it */
  cors_add(lines, "Access-Control-Allow-Credentials", "maybe");
  cors_add(lines, "Vary", "Accept-Language"); /* right: it is merged */
  snprintf(body, room, "%s hello\n", method);
  return 200;
}

/* Decides and sends. An `error` other than 0 is the server's own, for which the application does not run. */
static int answer(struct mg_connection *connection, const corsac_policy *policy, int error) {
  struct cors_lines lines = {.count = 0};
  const struct mg_request_info *info = mg_get_request_info(connection);
  const char *method = info->request_method != NULL ? info->request_method : "";
  const char *path = info->local_uri_raw != NULL ? info->local_uri_raw : "";
  corsac_request request = {.size = sizeof request, .method = corsac_slice_from(method), .path = corsac_slice_from(path)};
  request.path_decoded = true; /* CivetWeb has decoded `local_uri_raw`, unless the option `decode_url` is `no` */
  request.secure = info->is_ssl != 0;
  for (int i = 0; i < info->num_headers; i++) {
    const struct mg_header *header = &info->http_headers[i];
    corsac_request_add_header(&request, corsac_slice_from(header->name), corsac_slice_from(header->value), cors_allocate, &lines);
  }
  corsac_decision decision = {.size = sizeof decision};
  if (error != 0) corsac_policy_evaluate_host_error(policy, &request, &decision);
  else corsac_policy_evaluate(policy, &request, &decision); /* if it fails, the decision is a refusal */

  char body[256] = "";
  int status = error;
  if (error != 0) {
    cors_add(&lines, "Content-Type", "text/plain");
    snprintf(body, sizeof body, "%s\n", mg_get_response_code_text(connection, error));
  } else if (decision.action == CORSAC_CONTINUE) {
    status = application(method, path, &lines, body, sizeof body);
  } else {
    status = decision.status;
    snprintf(body, sizeof body, "%s", decision.body.ptr);
  }
  if (cors_apply(&lines, &decision) != CORSAC_OK) status = 500, body[0] = '\0';

  mg_printf(connection, "HTTP/1.1 %d %s\r\nConnection: close\r\n", status, mg_get_response_code_text(connection, status));
  if (status != 204 && !cors_has(&lines, "Content-Length")) mg_printf(connection, "Content-Length: %zu\r\n", strlen(body));
  for (size_t i = 0; i < lines.count; i++) {
    const struct cors_line *line = &lines.line[i];
    mg_printf(connection, "%.*s: ", (int)line->name.len, line->name.ptr);
    mg_write(connection, line->value.ptr, line->value.len);
    mg_write(connection, "\r\n", 2);
  }
  mg_write(connection, "\r\n", 2);
  if (strcmp(method, "HEAD") != 0) mg_write(connection, body, strlen(body));
  cors_end(&lines);
  return status;
}

static int handle(struct mg_connection *connection, void *policy) { return answer(connection, policy, 0); }

static int own_error(struct mg_connection *connection, int status, const char *message) {
  (void)message;
  answer(connection, mg_get_user_data(mg_get_context(connection)), status);
  return 0;
}

int main(int count, char **arguments) {
  if (count != 3) return fprintf(stderr, "usage: %s <port> <policy file>\n", arguments[0]), 2;
  corsac_policy *policy = NULL;
  corsac_error *error = NULL;
  if (corsac_policy_from_file(arguments[2], strlen(arguments[2]), &policy, &error) != CORSAC_OK) {
    fprintf(stderr, "%s\n", error != NULL ? corsac_error_message(error).ptr : "no policy");
    corsac_error_free(error);
    return 1;
  }
  sigset_t ends; /* blocked before there are threads, so that only sigwait sees them */
  sigemptyset(&ends), sigaddset(&ends, SIGINT), sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, NULL);

  char address[32];
  snprintf(address, sizeof address, "127.0.0.1:%s", arguments[1]);
  const char *options[] = {"listening_ports", address, "num_threads", "4", "access_control_allow_origin", "",
                           "access_control_allow_methods", "", "access_control_allow_headers", "", NULL};
  struct mg_callbacks callbacks = {.http_error = own_error};
  struct mg_context *server = mg_start(&callbacks, policy, options);
  if (server == NULL) return fprintf(stderr, "port %s cannot be opened\n", arguments[1]), 1;
  mg_set_request_handler(server, "/", handle, policy);
  int signal;
  sigwait(&ends, &signal);
  mg_stop(server);
  corsac_policy_free(policy);
  return 0;
}
