/* Sends the decision itself as the response, if the application does not run. */
#include "ngx_http_corsac.h"

ngx_int_t ngx_http_corsac_send_body(ngx_http_request_t *r, corsac_slice body) {
  ngx_buf_t *buffer = ngx_calloc_buf(r->pool);
  if (buffer == NULL) return NGX_ERROR;
  buffer->pos = (u_char *)body.ptr;
  buffer->last = buffer->pos + body.len;
  buffer->memory = body.len > 0;
  buffer->last_buf = 1;
  buffer->last_in_chain = 1;
  ngx_chain_t chain = {buffer, NULL};
  return ngx_http_output_filter(r, &chain);
}

ngx_int_t ngx_http_corsac_respond(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx) {
  ngx_int_t result = ngx_http_discard_request_body(r);
  if (result != NGX_OK) return result;
  const corsac_decision *decision = ngx_http_corsac_decision(r, ctx);
  if (decision == NULL) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  corsac_slice body = decision->body; /* The text is static. */
  ctx->responded = 1;
  ngx_http_corsac_start_response(r, decision);
  result = ngx_http_send_header(r);
  if (result == NGX_ERROR || result > NGX_OK || r->header_only) return result;
  return ngx_http_corsac_send_body(r, body);
}
