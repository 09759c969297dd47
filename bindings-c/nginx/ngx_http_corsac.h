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

/* One policy file. It is read once, however many locations name it. */
typedef struct {
  ngx_str_t path;
  corsac_policy *policy;
} ngx_http_corsac_file_t;

typedef struct {
  ngx_array_t files; /* of ngx_http_corsac_file_t */
  ngx_flag_t used;
} ngx_http_corsac_main_conf_t;

/* A location's settings. */
typedef struct {
  corsac_policy *policy;    /* NULL if there is none, or if it is switched off */
  ngx_flag_t configured;    /* whether a `corsac_policy` or `corsac off` applies here */
  ngx_flag_t hide_upstream; /* `corsac_hide_upstream` */
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
  /*
   * The policy that made the decision below, if that is its decision on the request as the client sent it; otherwise
   * NULL. The same policy then need not decide again in a later phase, or after an internal redirect.
   */
  const corsac_policy *decided_by;
  corsac_decision decision; /* the last decision. This is the last field, because most of it is never written. */
} ngx_http_corsac_ctx_t;

extern ngx_module_t ngx_http_corsac_module;

/* --- directives --- */

char *ngx_http_corsac_set_policy(ngx_conf_t *cf, ngx_command_t *command, void *conf);
char *ngx_http_corsac_set_off(ngx_conf_t *cf, ngx_command_t *command, void *conf);
void *ngx_http_corsac_create_main(ngx_conf_t *cf);
void *ngx_http_corsac_create_loc(ngx_conf_t *cf);
char *ngx_http_corsac_merge_loc(ngx_conf_t *cf, void *parent, void *child);

/* --- variables --- */

ngx_int_t ngx_http_corsac_add_variables(ngx_conf_t *cf);

/* --- requests --- */

/* A slice of a text of nginx. An empty text is a present value, and not an absent one. */
corsac_slice ngx_http_corsac_slice(ngx_str_t text);

/* The request's context; a new one if there is none yet. NULL if there is no memory. */
ngx_http_corsac_ctx_t *ngx_http_corsac_ctx(ngx_http_request_t *r);

/* The context, if there is one. */
ngx_http_corsac_ctx_t *ngx_http_corsac_find_ctx(ngx_http_request_t *r);

/* Finds the policy in force and stores its decision in the context. NGX_DECLINED if no policy is in force. */
ngx_int_t ngx_http_corsac_decide(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx);

/*
 * Decides whether a location refuses a request that failed elsewhere (`error_page … @name`),
 * although the headers are those of another policy. NGX_DECLINED if it does not.
 */
ngx_int_t ngx_http_corsac_decide_on_failed(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx);

/* Logs a refusal once for each request: at `info` if it was carried out, at `notice` if it was only reported. */
void ngx_http_corsac_log_refusal(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx);

/* --- responses --- */

/* Puts the decision's headers on the response. */
ngx_int_t ngx_http_corsac_apply(ngx_http_request_t *r, const ngx_http_corsac_ctx_t *ctx);

/* Sets the response's status, type and length to those of the decision. */
void ngx_http_corsac_start_response(ngx_http_request_t *r, const corsac_decision *decision);

/* Sends the decision's body. */
ngx_int_t ngx_http_corsac_send_body(ngx_http_request_t *r, const corsac_decision *decision);

/* Sends the decision itself as the response. */
ngx_int_t ngx_http_corsac_respond(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx);

#pragma GCC visibility pop

#endif
