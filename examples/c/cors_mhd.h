/*
 * corsac for libmicrohttpd, which has no middleware. Copy it into your program and send every response with
 * `cors_respond`: the application's, the 404, the error page.
 */
#ifndef CORS_MHD_H
#define CORS_MHD_H

#include <corsac.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_LINES = 32 };

/* A response that is not sent yet. Each line owns a copy of its value. */
struct line { const char *name; char *value; };
struct response { unsigned status; char *body; size_t count; struct line lines[MAX_LINES]; };

/* The application: fills the response. */
typedef void application(struct MHD_Connection *, const char *method, const char *path, void *state, struct response *);

static inline bool line_add(struct response *response, const char *name, const char *value) {
  char *copy = response->count < MAX_LINES ? strdup(value) : NULL;
  if (copy != NULL) response->lines[response->count++] = (struct line){name, copy};
  return copy != NULL;
}

/* --- the callbacks of corsac_decision_apply; names are static, and names and values end with a NUL --- */

static inline bool line_values(corsac_slice name, corsac_take_value take, void *to, void *user) {
  const struct response *response = user;
  for (size_t i = 0; i < response->count; i++)
    if (strcasecmp(response->lines[i].name, name.ptr) == 0) take(corsac_slice_from(response->lines[i].value), to);
  return true;
}

static inline bool line_remove(corsac_slice name, void *user) {
  struct response *response = user;
  size_t kept = 0;
  for (size_t i = 0; i < response->count; i++) {
    struct line line = response->lines[i];
    if (strcasecmp(line.name, name.ptr) != 0) response->lines[kept++] = line;
    else free(line.value);
  }
  response->count = kept;
  return true;
}

static inline bool line_append(corsac_slice name, corsac_slice value, void *user) { return line_add(user, name.ptr, value.ptr); }

static inline bool line_set(corsac_slice name, corsac_slice value, void *user) {
  return line_remove(name, user) && line_append(name, value, user);
}

/* The request's header lines. Only a repeated line needs memory, which is freed with the request. */
enum { MAX_BLOCKS = 32 };
struct lines { corsac_request request; size_t blocks; void *block[MAX_BLOCKS]; };

static inline void *lines_allocate(size_t size, void *state) {
  struct lines *lines = state;
  return lines->blocks == MAX_BLOCKS ? NULL : (lines->block[lines->blocks++] = malloc(size));
}

static inline enum MHD_Result lines_take(void *state, enum MHD_ValueKind kind, const char *name, const char *value) {
  struct lines *lines = state;
  (void)kind;
  corsac_request_add_header(&lines->request, corsac_slice_from(name), corsac_slice_from(value != NULL ? value : ""), lines_allocate, lines);
  return MHD_YES;
}

/*
 * Decides, runs the application unless corsac responds itself, and sends the response with its headers. `target` is the
 * target as it was sent, from MHD_OPTION_URI_LOG_CALLBACK: the path that libmicrohttpd passes to the application is decoded.
 */
static inline enum MHD_Result cors_respond(struct MHD_Connection *connection, const corsac_policy *policy, const char *method,
                                           const char *target, const char *path, application *run, void *state) {
  struct lines lines = {.request = {.size = sizeof lines.request}};
  lines.request.method = corsac_slice_from(method);
  lines.request.path = corsac_slice_from(target);
  lines.request.secure = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION) != NULL;
  MHD_get_connection_values(connection, MHD_HEADER_KIND, lines_take, &lines);
  corsac_decision decision = {.size = sizeof decision};
  struct response response = {.status = MHD_HTTP_OK};

  corsac_policy_evaluate(policy, &lines.request, &decision); /* if it fails, the decision is a refusal */
  if (decision.action == CORSAC_CONTINUE) {
    run(connection, method, path, state, &response);
  } else {
    response.status = decision.status;
    response.body = strndup(decision.body.ptr, decision.body.len);
  }
  corsac_response_headers headers = {.size = sizeof headers, .user = &response, .values = line_values,
                                     .remove = line_remove, .set = line_set, .append = line_append};
  if (corsac_decision_apply(&decision, &headers) != CORSAC_OK) {
    /* Lines that are half changed are not sent. */
    for (size_t i = 0; i < response.count; i++) free(response.lines[i].value);
    free(response.body);
    response = (struct response){.status = MHD_HTTP_INTERNAL_SERVER_ERROR};
  }

  struct MHD_Response *sent = MHD_create_response_from_buffer(
      response.body != NULL ? strlen(response.body) : 0, response.body != NULL ? response.body : "", MHD_RESPMEM_MUST_COPY);
  for (size_t i = 0; i < response.count; i++) MHD_add_response_header(sent, response.lines[i].name, response.lines[i].value);
  enum MHD_Result result = MHD_queue_response(connection, response.status, sent);
  MHD_destroy_response(sent);

  for (size_t i = 0; i < response.count; i++) free(response.lines[i].value);
  for (size_t i = 0; i < lines.blocks; i++) free(lines.block[i]);
  free(response.body);
  return result;
}

#endif
