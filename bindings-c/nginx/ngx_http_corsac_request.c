/* What a request is, which policy is in force for it, and what that decides. */
#include "ngx_http_corsac.h"

static void ngx_http_corsac_marker(void *data) { (void)data; }

/* nginx forgets modules' contexts on an internal redirect, but not the pool's cleanups: one of them is the marker. */
ngx_http_corsac_ctx_t *ngx_http_corsac_find_ctx(ngx_http_request_t *r) {
  ngx_http_corsac_ctx_t *ctx = ngx_http_get_module_ctx(r, ngx_http_corsac_module);
  if (ctx != NULL || !(r->internal || r->filter_finalize)) return ctx;
  for (ngx_pool_cleanup_t *cleanup = r->pool->cleanup; cleanup != NULL; cleanup = cleanup->next) {
    if (cleanup->handler != ngx_http_corsac_marker) continue;
    ngx_http_set_ctx(r, cleanup->data, ngx_http_corsac_module);
    return cleanup->data;
  }
  return NULL;
}

static void *ngx_http_corsac_allocate(size_t size, void *pool) { return ngx_pnalloc(pool, size); }

static corsac_slice ngx_http_corsac_slice(ngx_str_t text) {
  /* An empty text is present all the same. */
  return (corsac_slice){text.data != NULL ? (const char *)text.data : "", text.len};
}

ngx_http_corsac_ctx_t *ngx_http_corsac_ctx(ngx_http_request_t *r) {
  ngx_http_corsac_ctx_t *ctx = ngx_http_corsac_find_ctx(r);
  if (ctx != NULL) return ctx;

  ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(r->pool, sizeof *ctx);
  if (cleanup == NULL) return NULL;
  cleanup->handler = ngx_http_corsac_marker;
  ctx = cleanup->data;
  ngx_memzero(ctx, sizeof *ctx);
  ctx->request.size = sizeof ctx->request;
  ctx->request.method = ngx_http_corsac_slice(r->method_name);
  /* As the client sent it, whatever `rewrite` or `merge_slashes` make of it. */
  ctx->request.path = ngx_http_corsac_slice(r->unparsed_uri);
#if (NGX_HTTP_SSL)
  ctx->request.secure = r->connection->ssl != NULL;
#endif
  ctx->reason = CORSAC_REASON_NONE;
  ctx->reported = CORSAC_REASON_NONE;

  const ngx_list_part_t *part = &r->headers_in.headers.part;
  for (; part != NULL; part = part->next) {
    const ngx_table_elt_t *line = part->elts;
    for (ngx_uint_t i = 0; i < part->nelts; i++) {
      if (corsac_request_add_header(&ctx->request, ngx_http_corsac_slice(line[i].key), ngx_http_corsac_slice(line[i].value),
                                    ngx_http_corsac_allocate, r->pool) != CORSAC_OK) {
        return NULL;
      }
    }
  }
  ngx_http_set_ctx(r, ctx, ngx_http_corsac_module);
  return ctx;
}

/*
 * nginx makes a GET of a request for an error page, or where the backend sends it on by X-Accel-Redirect: what there was to
 * write is written, or never will be.
 */
static ngx_uint_t ngx_http_corsac_is_page(ngx_http_request_t *r, const corsac_slice *method) {
  return r->internal && (r->method_name.len != method->len || ngx_memcmp(r->method_name.data, method->ptr, method->len) != 0);
}

static ngx_int_t ngx_http_corsac_evaluate(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx, corsac_decision *decision) {
  decision->size = sizeof *decision;
  corsac_status status = corsac_policy_evaluate(ctx->conf->policy, &ctx->request, decision);
  if (decision->reason == CORSAC_REASON_WRITE_REFUSED && !ctx->answered && ngx_http_corsac_is_page(r, &ctx->request.method)) {
    corsac_request page = ctx->request;
    page.method = ngx_http_corsac_slice(r->method_name);
    status = corsac_policy_evaluate(ctx->conf->policy, &page, decision);
  }
  if (status != CORSAC_OK) {
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "corsac: no decision: %s", corsac_status_name(status));
    return NGX_ERROR;
  }
  ctx->reason = decision->reason;
  ctx->reported = decision->reported;
  return NGX_OK;
}

ngx_int_t ngx_http_corsac_decide(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx, corsac_decision *decision) {
  ngx_http_corsac_loc_conf_t *here = ngx_http_get_module_loc_conf(r, ngx_http_corsac_module);
  /* An error page is sent under the policy of the location that failed, wherever the page lies. */
  ngx_uint_t kept = ctx->conf != NULL && (r->err_status != 0 || ctx->answered);
  if (here->said && !kept) ctx->conf = here;
  if (ctx->conf == NULL || ctx->conf->policy == NULL) return NGX_DECLINED;
  return ngx_http_corsac_evaluate(r, ctx, decision);
}

ngx_int_t ngx_http_corsac_guard(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx, corsac_decision *decision) {
  ngx_http_corsac_loc_conf_t *here = ngx_http_get_module_loc_conf(r, ngx_http_corsac_module), *before = ctx->conf;
  if (ctx->answered || before == NULL || !here->said || here->policy == NULL || here->policy == before->policy) return NGX_DECLINED;
  corsac_reason reason = ctx->reason, reported = ctx->reported;
  ctx->conf = here;
  ngx_int_t decided = ngx_http_corsac_evaluate(r, ctx, decision);
  if (decided != NGX_OK) return decided;
  if (decision->reason == CORSAC_REASON_WRITE_REFUSED || decision->reason == CORSAC_REASON_WEBSOCKET_REFUSED) return NGX_OK;
  ctx->conf = before;
  ctx->reason = reason;
  ctx->reported = reported;
  return NGX_DECLINED;
}
