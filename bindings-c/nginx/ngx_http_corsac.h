/*
 * The declarations that the files of the nginx module share. The module has no rules of CORS; names and values come from the
 * library.
 */
#ifndef NGX_HTTP_CORSAC_H
#define NGX_HTTP_CORSAC_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <corsac.h>

/* Nothing here is for other modules. The compiler can then call these functions directly, and inline them. */
#pragma GCC visibility push(hidden)

/* The most bytes that are remembered of a request's texts, and of the values of a response's lines. */
enum { NGX_HTTP_CORSAC_REMEMBERED = 1024 };

/* A request, and the decision on it, which borrows from the texts. */
typedef struct {
  corsac_request request;
  corsac_decision decision;
  char texts[NGX_HTTP_CORSAC_REMEMBERED];
} ngx_http_corsac_decided_t;

/* The lines that a decision adds to a response whose own headers it does not touch. */
typedef struct {
  ngx_uint_t known;    /* whether the fields below are set */
  ngx_flag_t hide;     /* the `corsac_hide_upstream` of that response */
  uint64_t asked;      /* the bits of the names for which the response was searched */
  ngx_uint_t count;
  ngx_table_elt_t lines[CORSAC_MAX_HEADERS]; /* their values are in `values` */
  size_t length;
  u_char values[NGX_HTTP_CORSAC_REMEMBERED];
} ngx_http_corsac_lines_t;

/*
 * The last decision of a policy on requests of one kind. A worker handles one request at a time, but it handles others
 * while one waits: `serial` says whether the decision is still the one that was found.
 */
typedef struct {
  ngx_uint_t serial; /* the number of the decision; 0 if there is none */
  ngx_uint_t repeated; /* whether the decision before it had the same headers, so that it is worth keeping their lines */
  ngx_http_corsac_decided_t decided[2]; /* the last one and the one before, at `serial % 2` and at the other place */
  ngx_http_corsac_lines_t lines;        /* of the last decision */
} ngx_http_corsac_memory_t;

/*
 * Requests without an origin often alternate with requests from origins of different lengths. So that they seldom
 * displace each other, a policy has several memories: the lengths of the method and the origin say which one a request
 * uses.
 */
enum { NGX_HTTP_CORSAC_MEMORIES = 4 };

/* One policy file. It is read once, however many locations name it. */
typedef struct {
  ngx_str_t path;
  corsac_policy *policy;
  ngx_http_corsac_memory_t memories[NGX_HTTP_CORSAC_MEMORIES];
} ngx_http_corsac_policy_t;

typedef struct {
  ngx_array_t policies; /* of ngx_http_corsac_policy_t * */
  ngx_flag_t used;
} ngx_http_corsac_main_conf_t;

typedef struct {
  ngx_flag_t used; /* whether a policy applies anywhere in the server */
} ngx_http_corsac_srv_conf_t;

/* A location's settings. */
typedef struct {
  ngx_http_corsac_policy_t *policy; /* NULL if there is none, or if it is switched off */
  ngx_flag_t configured;            /* whether a `corsac_policy` or `corsac off` applies here */
  ngx_flag_t hide_upstream;         /* `corsac_hide_upstream` */
} ngx_http_corsac_loc_conf_t;

/* The module's data about one request. It outlives nginx's internal redirects. */
typedef struct {
  ngx_http_corsac_loc_conf_t *conf; /* in force for this request */
  corsac_request request;           /* as the client sent it; it does not change */
  corsac_reason reason;             /* the reason of the last decision; CORSAC_REASON_NONE if there was none */
  corsac_reason reported;           /* the refusal that `report_only` let pass */
  unsigned logged : 1;              /* whether it has been logged */
  unsigned routed : 1;              /* whether it reached the rewrite phase of a server or a location */
  unsigned responded : 1;           /* whether the decision itself is the response */
  unsigned continued : 1;           /* whether the last decision let the request continue */
  /*
   * The policy that made the last decision, if it decided on the request as the client sent it; otherwise NULL. The
   * same policy then need not decide again in a later phase, or after an internal redirect.
   */
  ngx_http_corsac_policy_t *decided_by;
  ngx_http_corsac_memory_t *memory; /* the policy's memory that the last decision is in; NULL if it is in none */
  ngx_uint_t serial;                /* the number of the decision in that memory */
  corsac_decision *decision;        /* the last decision, if `memory` is NULL */
} ngx_http_corsac_ctx_t;

extern ngx_module_t ngx_http_corsac_module;

/* --- directives --- */

char *ngx_http_corsac_set_policy(ngx_conf_t *cf, ngx_command_t *command, void *conf);
char *ngx_http_corsac_set_off(ngx_conf_t *cf, ngx_command_t *command, void *conf);
void *ngx_http_corsac_create_main(ngx_conf_t *cf);
void *ngx_http_corsac_create_srv(ngx_conf_t *cf);
void *ngx_http_corsac_create_loc(ngx_conf_t *cf);
char *ngx_http_corsac_merge_loc(ngx_conf_t *cf, void *parent, void *child);

/* --- variables --- */

ngx_int_t ngx_http_corsac_add_variables(ngx_conf_t *cf);

/* --- requests --- */

/* A slice of a text of nginx. An empty text is a present value, and not an absent one. */
corsac_slice ngx_http_corsac_slice(ngx_str_t text);

/* Asks the library which header lines it recognises. This comes before the first request. */
void ngx_http_corsac_start_context(void);

/* The request's context; a new one if there is none yet. NULL if there is no memory. */
ngx_http_corsac_ctx_t *ngx_http_corsac_ctx(ngx_http_request_t *r);

/* The context, if there is one. */
ngx_http_corsac_ctx_t *ngx_http_corsac_find_ctx(ngx_http_request_t *r);

/* Finds the policy in force and stores its decision in the context. NGX_DECLINED if no policy is in force. */
ngx_int_t ngx_http_corsac_decide(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx);

/*
 * Decides whether a location refuses a request that failed elsewhere (`error_page … @name`). It may refuse the request
 * even though the headers are those of another policy. NGX_DECLINED if it does not. The context's `conf` has to be set.
 */
ngx_int_t ngx_http_corsac_decide_on_failed(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx);

/* Decides again for a request whose decision its policy no longer remembers. NULL if there is no memory. */
const corsac_decision *ngx_http_corsac_decide_again(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx);

/*
 * The last decision; there has to be one. It is valid until the policy decides on another request, so it may not be
 * kept. NULL if there is no memory.
 */
static inline const corsac_decision *ngx_http_corsac_decision(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx) {
  const ngx_http_corsac_memory_t *memory = ctx->memory;
  if (memory == NULL) return ctx->decision;
  if (memory->serial == ctx->serial) return &memory->decided[ctx->serial % 2].decision;
  return ngx_http_corsac_decide_again(r, ctx);
}

/* Logs a refusal once for each request: at `info` if it was carried out, at `notice` if it was only reported. */
void ngx_http_corsac_log_refusal_at(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx);

static inline void ngx_http_corsac_log_refusal(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx) {
  if (r->connection->log->log_level >= NGX_LOG_NOTICE) ngx_http_corsac_log_refusal_at(r, ctx);
}

/* --- memory --- */

/*
 * Decides on a request as it was sent, or finds that the last decision was on the same request. Returns the memory that
 * the decision is in; NULL if the decision cannot be remembered.
 */
ngx_http_corsac_memory_t *ngx_http_corsac_recall(ngx_http_corsac_policy_t *policy, const corsac_request *request);

/* Remembers lines that have been added to a response. Those whose hash is 0 have been removed again. */
void ngx_http_corsac_remember_lines(ngx_http_corsac_lines_t *to, ngx_table_elt_t *const *lines, ngx_uint_t count);

/* --- responses --- */

/* Puts the decision's headers on the response. */
ngx_int_t ngx_http_corsac_apply(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx);

/* Sets the response's status, type and length to those of the decision. */
void ngx_http_corsac_start_response(ngx_http_request_t *r, const corsac_decision *decision);

/* Sends a decision's body, which is a static text. */
ngx_int_t ngx_http_corsac_send_body(ngx_http_request_t *r, corsac_slice body);

/* Sends the decision itself as the response. */
ngx_int_t ngx_http_corsac_respond(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx);

#pragma GCC visibility pop

#endif
