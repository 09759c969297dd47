/* The phases and filters of nginx in which the module handles a request and its response. */
#include "ngx_http_corsac.h"

static ngx_http_output_header_filter_pt ngx_http_corsac_next_filter;

/* Whether the module handles the request. A subrequest has no response of its own, and a server without a policy costs nothing. */
static ngx_uint_t ngx_http_corsac_handles(ngx_http_request_t *r) {
  const ngx_http_corsac_srv_conf_t *server = ngx_http_get_module_srv_conf(r, ngx_http_corsac_module);
  return r == r->main && server->used;
}

/*
 * This runs first in the rewrite phase, before any `return`. It is the earliest point at which a location's settings are
 * known.
 */
static ngx_int_t ngx_http_corsac_rewrite(ngx_http_request_t *r) {
  if (!ngx_http_corsac_handles(r)) return NGX_DECLINED;
  ngx_http_corsac_ctx_t *ctx = ngx_http_corsac_ctx(r);
  if (ctx == NULL) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  ctx->routed = 1;
  ngx_int_t decided = ctx->conf != NULL ? ngx_http_corsac_decide_on_failed(r, ctx) : NGX_DECLINED;
  if (decided == NGX_DECLINED) decided = ngx_http_corsac_decide(r, ctx);
  if (decided == NGX_DECLINED) return NGX_DECLINED;
  if (decided != NGX_OK) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  ngx_http_corsac_log_refusal(r, ctx);
  return ctx->continued ? NGX_DECLINED : ngx_http_corsac_respond(r, ctx);
}

/* Keeps the request as it came, because a server's own `return` ends it before there is a location. */
static ngx_int_t ngx_http_corsac_server_rewrite(ngx_http_request_t *r) {
  if (!ngx_http_corsac_handles(r)) return NGX_DECLINED;
  ngx_http_corsac_ctx_t *ctx = ngx_http_corsac_ctx(r);
  if (ctx == NULL) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  ctx->routed = 1;
  return NGX_DECLINED;
}

static ngx_int_t ngx_http_corsac_filter(ngx_http_request_t *r) {
  if (!ngx_http_corsac_handles(r)) return ngx_http_corsac_next_filter(r);
  ngx_http_corsac_ctx_t *ctx = ngx_http_corsac_ctx(r);
  if (ctx == NULL) return NGX_ERROR;
  ngx_int_t decided = ngx_http_corsac_decide(r, ctx);
  if (decided == NGX_DECLINED) return ngx_http_corsac_next_filter(r);
  if (decided != NGX_OK) return NGX_ERROR;
  if (ctx->continued || ctx->responded) {
    return ngx_http_corsac_apply(r, ctx) == NGX_OK ? ngx_http_corsac_next_filter(r) : NGX_ERROR;
  }
  /* A server's `return`, or nginx's redirect to the folder, ran first. The decision replaces that response. */
  const corsac_decision *decision = ngx_http_corsac_decision(r, ctx);
  if (decision == NULL) return NGX_ERROR;
  ngx_http_corsac_log_refusal(r, ctx);
  ngx_http_clear_location(r);
  ctx->responded = 1;
  corsac_slice body = decision->body;
  ngx_http_corsac_start_response(r, decision);
  if (ngx_http_corsac_apply(r, ctx) != NGX_OK) return NGX_ERROR;
  ngx_int_t sent = ngx_http_corsac_next_filter(r);
  if (sent == NGX_ERROR || sent > NGX_OK || r->header_only) return sent;
  sent = ngx_http_corsac_send_body(r, body);
  r->header_only = 1; /* the body of the replaced response is not sent */
  return sent == NGX_ERROR ? sent : NGX_OK;
}

static ngx_int_t ngx_http_corsac_start(ngx_conf_t *cf) {
  ngx_http_corsac_main_conf_t *conf = ngx_http_conf_get_module_main_conf(cf, ngx_http_corsac_module);
  ngx_http_core_main_conf_t *core = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
  /* If no policy is named, the module costs nothing. */
  if (!conf->used) return NGX_OK;
  ngx_http_corsac_start_context();
  /*
   * Handlers of a phase run in the reverse of the order in which they were added. These are added after nginx's own, so
   * they run before them.
   */
  ngx_http_handler_pt *server = ngx_array_push(&core->phases[NGX_HTTP_SERVER_REWRITE_PHASE].handlers);
  ngx_http_handler_pt *location = ngx_array_push(&core->phases[NGX_HTTP_REWRITE_PHASE].handlers);
  if (server == NULL || location == NULL) return NGX_ERROR;
  *server = ngx_http_corsac_server_rewrite;
  *location = ngx_http_corsac_rewrite;
  ngx_http_corsac_next_filter = ngx_http_top_header_filter;
  ngx_http_top_header_filter = ngx_http_corsac_filter;
  return NGX_OK;
}

#define EVERYWHERE (NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF)

static ngx_command_t ngx_http_corsac_commands[] = {
    {ngx_string("corsac_policy"), EVERYWHERE | NGX_CONF_TAKE1, ngx_http_corsac_set_policy, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL},
    {ngx_string("corsac"), EVERYWHERE | NGX_CONF_TAKE1, ngx_http_corsac_set_off, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL},
    {ngx_string("corsac_hide_upstream"), EVERYWHERE | NGX_CONF_FLAG, ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(ngx_http_corsac_loc_conf_t, hide_upstream), NULL},
    ngx_null_command,
};

static ngx_http_module_t ngx_http_corsac_context = {
    ngx_http_corsac_add_variables, ngx_http_corsac_start, ngx_http_corsac_create_main, NULL, ngx_http_corsac_create_srv, NULL,
    ngx_http_corsac_create_loc,    ngx_http_corsac_merge_loc,
};

ngx_module_t ngx_http_corsac_module = {
    NGX_MODULE_V1, &ngx_http_corsac_context, ngx_http_corsac_commands, NGX_HTTP_MODULE, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NGX_MODULE_V1_PADDING,
};
