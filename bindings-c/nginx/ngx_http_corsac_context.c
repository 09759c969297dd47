/* The module's data about a request, and how to find it again. */
#include "ngx_http_corsac.h"

static void ngx_http_corsac_marker(void *data) { (void)data; }

/*
 * On an internal redirect, nginx forgets the contexts of modules, but not the cleanups of the pool. So the context is
 * the data of a cleanup, which is recognised by its handler.
 */
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

static uint64_t ngx_http_corsac_name_lengths;

void ngx_http_corsac_start_context(void) { ngx_http_corsac_name_lengths = corsac_request_name_lengths(); }

static void *ngx_http_corsac_allocate(size_t size, void *pool) { return ngx_pnalloc(pool, size); }

corsac_slice ngx_http_corsac_slice(ngx_str_t text) {
  /* An empty text is a present value. */
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
  /* This is the target as the client sent it, before `rewrite` and `merge_slashes`. */
  ctx->request.path = ngx_http_corsac_slice(r->unparsed_uri);
#if (NGX_HTTP_SSL)
  ctx->request.secure = r->connection->ssl != NULL;
#endif
  ctx->reason = CORSAC_REASON_NONE;
  ctx->reported = CORSAC_REASON_NONE;

  /* nginx has found this line already. */
  const ngx_table_elt_t *host = r->headers_in.host;
  if (host != NULL) ctx->request.host = ngx_http_corsac_slice(host->value);
  const ngx_list_part_t *part = &r->headers_in.headers.part;
  for (; part != NULL; part = part->next) {
    const ngx_table_elt_t *line = part->elts;
    for (ngx_uint_t i = 0; i < part->nelts; i++) {
      ngx_str_t name = line[i].key;
      if (&line[i] == host || name.len >= 64 || (ngx_http_corsac_name_lengths & (uint64_t)1 << name.len) == 0) continue;
      /* A name in lower case is recognised sooner. nginx has it, unless another module has added the line. */
      if (line[i].lowcase_key != NULL) name.data = line[i].lowcase_key;
      if (corsac_request_add_header(&ctx->request, ngx_http_corsac_slice(name), ngx_http_corsac_slice(line[i].value),
                                    ngx_http_corsac_allocate, r->pool) != CORSAC_OK) {
        return NULL;
      }
    }
  }
  ngx_http_set_ctx(r, ctx, ngx_http_corsac_module);
  return ctx;
}
