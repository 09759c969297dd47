/*
 * corsac on libevent's HTTP server. It refuses OPTIONS unless OPTIONS is allowed explicitly, and `evhttp_send_error` discards
 * all headers. So every response, even an error, is sent by `answer`.
 *   cc server_evhttp.c -o server $(pkg-config --cflags --libs corsac libevent) && ./server 4104 ../cors.toml
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <signal.h>
#include <stdio.h>

#include "cors_lines.h"

static const struct { enum evhttp_cmd_type type; const char *name; } METHODS[] = {
    {EVHTTP_REQ_GET, "GET"},       {EVHTTP_REQ_POST, "POST"},       {EVHTTP_REQ_HEAD, "HEAD"},
    {EVHTTP_REQ_PUT, "PUT"},       {EVHTTP_REQ_DELETE, "DELETE"},   {EVHTTP_REQ_OPTIONS, "OPTIONS"},
    {EVHTTP_REQ_PATCH, "PATCH"},   {EVHTTP_REQ_TRACE, "TRACE"},     {EVHTTP_REQ_CONNECT, "CONNECT"},
};
enum { METHOD_COUNT = sizeof METHODS / sizeof *METHODS };

static const char *method_of(struct evhttp_request *request) {
  for (size_t i = 0; i < METHOD_COUNT; i++)
    if (METHODS[i].type == evhttp_request_get_command(request)) return METHODS[i].name;
  return "";
}

/* The application: a status, header lines and a body. */
static int application(const char *method, const char *path, struct cors_lines *lines, struct evbuffer *body) {
  cors_add(lines, "Content-Type", "text/plain");
  if (strcmp(path, "/crash") == 0) return evbuffer_add_printf(body, "crash\n"), 500;
  if (strcmp(path, "/hello") != 0) return evbuffer_add_printf(body, "not found\n"), 404;
  cors_add(lines, "Access-Control-Allow-Origin", "*"); /* wrong: the policy replaces it */
  cors_add(lines, "Access-Control-Allow-Credentials", "maybe");
  cors_add(lines, "Vary", "Accept-Language"); /* right: it is merged */
  evbuffer_add_printf(body, "%s hello\n", method);
  return 200;
}

static void answer(struct evhttp_request *request, void *policy) {
  struct cors_lines lines = {.count = 0};
  const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
  corsac_request seen = {.size = sizeof seen};
  seen.method = corsac_slice_from(method_of(request));
  seen.path = corsac_slice_from(evhttp_request_get_uri(request)); /* as it was sent */
  const struct evkeyval *header;
  for (header = evhttp_request_get_input_headers(request)->tqh_first; header != NULL; header = header->next.tqe_next) {
    corsac_request_add_header(&seen, corsac_slice_from(header->key), corsac_slice_from(header->value), cors_allocate, &lines);
  }
  corsac_decision decision = {.size = sizeof decision};
  corsac_policy_evaluate(policy, &seen, &decision); /* if it fails, the decision is a refusal */

  struct evbuffer *body = evbuffer_new();
  int status = decision.status;
  if (decision.action == CORSAC_CONTINUE) status = application(seen.method.ptr, path != NULL ? path : "", &lines, body);
  else evbuffer_add(body, decision.body.ptr, decision.body.len);
  if (cors_apply(&lines, &decision) != CORSAC_OK) status = 500, evbuffer_drain(body, evbuffer_get_length(body));

  for (size_t i = 0; i < lines.count; i++) {
    evhttp_add_header(evhttp_request_get_output_headers(request), lines.line[i].name.ptr, lines.line[i].value.ptr);
  }
  if (evhttp_request_get_command(request) == EVHTTP_REQ_HEAD) evbuffer_drain(body, evbuffer_get_length(body));
  evhttp_send_reply(request, status, NULL, body);
  evbuffer_free(body);
  cors_end(&lines);
}

static void stop(evutil_socket_t signal, short what, void *base) {
  (void)signal, (void)what;
  event_base_loopbreak(base);
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
  struct event_base *base = event_base_new();
  struct evhttp *server = evhttp_new(base);
  ev_uint16_t methods = 0;
  for (size_t i = 0; i < METHOD_COUNT; i++) methods |= (ev_uint16_t)METHODS[i].type;
  evhttp_set_allowed_methods(server, methods);
  evhttp_set_gencb(server, answer, policy);
  struct event *ends[] = {evsignal_new(base, SIGTERM, stop, base), evsignal_new(base, SIGINT, stop, base)};
  event_add(ends[0], NULL), event_add(ends[1], NULL);
  int status = evhttp_bind_socket(server, "127.0.0.1", (ev_uint16_t)atoi(arguments[1])) == 0 ? 0 : 1;
  if (status == 0) event_base_dispatch(base);
  else fprintf(stderr, "port %s cannot be opened\n", arguments[1]);
  event_free(ends[0]), event_free(ends[1]);
  evhttp_free(server);
  event_base_free(base);
  corsac_policy_free(policy);
  return status;
}
