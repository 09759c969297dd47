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

/* A response in the making. libmicrohttpd wants NUL-terminated values, so each line owns a copy. */
struct line { const char *name; char *value; };
struct response { unsigned status; char *body; size_t count; struct line lines[MAX_LINES]; };

/* The application: fills the response. */
typedef void application(struct MHD_Connection *, const char *method, const char *path, void *state, struct response *);

static inline void line_add(struct response *response, const char *name, const char *value, size_t length) {
  char *copy = strndup(value, length);
  if (copy == NULL || response->count == MAX_LINES) abort();
  response->lines[response->count++] = (struct line){name, copy};
}

/* Takes all lines of one name off. Their values go to `values`, which then owns them, or are freed. */
static inline size_t line_take(struct response *response, const char *name, char **values) {
  size_t kept = 0, taken = 0;
  for (size_t i = 0; i < response->count; i++) {
    struct line line = response->lines[i];
    if (strcasecmp(line.name, name) != 0) response->lines[kept++] = line;
    else if (values != NULL) values[taken++] = line.value;
    else free(line.value), taken++;
  }
  response->count = kept;
  return taken;
}

/* Vary: what the application named stays, and each of ours is named once. */
static inline void line_merge(struct response *response, const corsac_header *header) {
  char *values[MAX_LINES];
  corsac_slice lines[MAX_LINES];
  size_t count = line_take(response, header->name.ptr, values), capacity = header->value.len + 2, length;
  for (size_t i = 0; i < count; i++) {
    lines[i] = corsac_slice_from(values[i]);
    capacity += lines[i].len + 2;
  }
  char *merged = malloc(capacity);
  if (merged == NULL || corsac_vary_merge(lines, count, header->value, merged, capacity, &length) != CORSAC_OK) abort();
  line_add(response, header->name.ptr, merged, length);
  free(merged);
  for (size_t i = 0; i < count; i++) free(values[i]);
}

static inline bool line_is_there(const struct response *response, const char *name) {
  for (size_t i = 0; i < response->count; i++)
    if (strcasecmp(response->lines[i].name, name) == 0) return true;
  return false;
}

/* What each operation of a decision means. */
static inline void cors_apply(struct response *response, const corsac_decision *decision) {
  bool kept = false;
  for (size_t i = 0; i < decision->header_count; i++) {
    const corsac_header *header = &decision->headers[i];
    const char *name = header->name.ptr;
    switch (header->op) {
    case CORSAC_OP_REMOVE: line_take(response, name, NULL); break;
    case CORSAC_OP_MERGE: line_merge(response, header); break;
    case CORSAC_OP_DEFAULT:
      kept = kept || line_is_there(response, name);
      if (!kept) line_add(response, name, header->value.ptr, header->value.len);
      break;
    case CORSAC_OP_SET: line_take(response, name, NULL); /* fall through */
    case CORSAC_OP_ADD:
      if (!kept) line_add(response, name, header->value.ptr, header->value.len);
      break;
    }
  }
}

/* The request's header lines. Only one that is repeated needs memory, which goes with the request. */
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
 * Decides, runs the application unless the decision is the answer, and sends the response with its headers. `target` is the
 * request's as it was sent, from MHD_OPTION_URI_LOG_CALLBACK: the path that libmicrohttpd hands to the application is decoded.
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

  corsac_policy_evaluate(policy, &lines.request, &decision); /* where it fails the decision is a refusal */
  if (decision.action == CORSAC_CONTINUE) {
    run(connection, method, path, state, &response);
  } else {
    response.status = decision.status;
    response.body = strndup(decision.body.ptr, decision.body.len);
  }
  cors_apply(&response, &decision);

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
