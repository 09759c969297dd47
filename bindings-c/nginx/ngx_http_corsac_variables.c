/* $corsac_reason, $corsac_reported and $corsac_origin. */
#include "ngx_http_corsac.h"

enum { REASON, REPORTED, ORIGIN };

static ngx_int_t ngx_http_corsac_variable(ngx_http_request_t *r, ngx_http_variable_value_t *value, uintptr_t which) {
  ngx_http_corsac_ctx_t *ctx = ngx_http_corsac_find_ctx(r->main);
  value->not_found = 1;
  /* A server's `return` may use the variable before there is a decision. */
  if (ctx != NULL && ctx->reason == CORSAC_REASON_NONE && r == r->main) ngx_http_corsac_decide(r, ctx);
  if (ctx == NULL || ctx->reason == CORSAC_REASON_NONE) return NGX_OK;
  corsac_slice text = ctx->request.origin;
  if (which == REPORTED && ctx->reported == CORSAC_REASON_NONE) return NGX_OK;
  if (which != ORIGIN) text = corsac_slice_from(corsac_reason_name(which == REASON ? ctx->reason : ctx->reported));
  if (text.ptr == NULL) return NGX_OK;
  value->data = (u_char *)text.ptr;
  value->len = (unsigned)text.len;
  value->valid = 1;
  value->no_cacheable = 1;
  value->not_found = 0;
  return NGX_OK;
}

static ngx_http_variable_t ngx_http_corsac_variables[] = {
    {ngx_string("corsac_reason"), NULL, ngx_http_corsac_variable, REASON, NGX_HTTP_VAR_NOCACHEABLE, 0},
    {ngx_string("corsac_reported"), NULL, ngx_http_corsac_variable, REPORTED, NGX_HTTP_VAR_NOCACHEABLE, 0},
    {ngx_string("corsac_origin"), NULL, ngx_http_corsac_variable, ORIGIN, NGX_HTTP_VAR_NOCACHEABLE, 0},
    ngx_http_null_variable,
};

ngx_int_t ngx_http_corsac_add_variables(ngx_conf_t *cf) {
  for (ngx_http_variable_t *from = ngx_http_corsac_variables; from->name.len > 0; from++) {
    ngx_http_variable_t *variable = ngx_http_add_variable(cf, &from->name, from->flags);
    if (variable == NULL) return NGX_ERROR;
    variable->get_handler = from->get_handler;
    variable->data = from->data;
  }
  return NGX_OK;
}
