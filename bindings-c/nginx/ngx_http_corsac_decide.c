/* Finds the policy that is in force for a request, and decides. */
#include "ngx_http_corsac.h"

/* Whether nginx serves the method that the client sent. It continues some requests as a GET, such as those for an error page. */
static ngx_uint_t ngx_http_corsac_is_as_sent(const ngx_http_request_t *r, const corsac_request *sent) {
  if (!r->internal) return 1;
  const char *served = (const char *)r->method_name.data;
  if (r->method_name.len != sent->method.len) return 0;
  return served == sent->method.ptr || ngx_memcmp(served, sent->method.ptr, sent->method.len) == 0;
}

/* Whether the last decision is that of the location's policy on the request as it is served now. */
static ngx_uint_t ngx_http_corsac_has_decided(const ngx_http_request_t *r, const ngx_http_corsac_ctx_t *ctx) {
  return ctx->decided_by == ctx->conf->policy && ngx_http_corsac_is_as_sent(r, &ctx->request);
}

/* Decides into memory of the request's own. */
static corsac_status ngx_http_corsac_ask(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx, const corsac_policy *policy) {
  ctx->memory = NULL;
  if (ctx->decision == NULL) ctx->decision = ngx_palloc(r->pool, sizeof *ctx->decision);
  if (ctx->decision == NULL) return CORSAC_MEMORY;
  ctx->decision->size = sizeof *ctx->decision;
  if (ctx->decided_by != NULL) return corsac_policy_evaluate(policy, &ctx->request, ctx->decision);
  if (!ctx->routed) return corsac_policy_evaluate_host_error(policy, &ctx->request, ctx->decision);
  return corsac_policy_evaluate_as_served(policy, &ctx->request, ngx_http_corsac_slice(r->method_name), ctx->decision);
}

static corsac_status ngx_http_corsac_ask_policy(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx) {
  ngx_http_corsac_policy_t *policy = ctx->conf->policy;
  ctx->decided_by = NULL;
  if (ctx->routed && ngx_http_corsac_is_as_sent(r, &ctx->request)) {
    ctx->decided_by = policy;
    ctx->memory = ngx_http_corsac_recall(policy, &ctx->request);
    if (ctx->memory != NULL) {
      ctx->serial = ctx->memory->serial;
      return CORSAC_OK;
    }
  }
  corsac_status status = ngx_http_corsac_ask(r, ctx, policy->policy);
  if (status != CORSAC_OK) ctx->decided_by = NULL;
  return status;
}

const corsac_decision *ngx_http_corsac_decide_again(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx) {
  return ngx_http_corsac_ask(r, ctx, ctx->decided_by->policy) == CORSAC_OK ? ctx->decision : NULL;
}

static ngx_int_t ngx_http_corsac_evaluate(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx) {
  if (!ngx_http_corsac_has_decided(r, ctx)) {
    corsac_status status = ngx_http_corsac_ask_policy(r, ctx);
    if (status != CORSAC_OK) {
      ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "corsac: no decision: %s", corsac_status_name(status));
      return NGX_ERROR;
    }
  }
  const corsac_decision *decision = ngx_http_corsac_decision(r, ctx);
  if (decision == NULL) return NGX_ERROR;
  ctx->reason = decision->reason;
  ctx->reported = decision->reported;
  ctx->continued = decision->action != CORSAC_RESPOND;
  return NGX_OK;
}

ngx_int_t ngx_http_corsac_decide(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx) {
  /* A decision that was sent does not change. */
  if (ctx->responded) return NGX_OK;
  ngx_http_corsac_loc_conf_t *here = ngx_http_get_module_loc_conf(r, ngx_http_corsac_module);
  /* An error page is sent under the policy of the location that failed, wherever the page itself is. */
  ngx_http_corsac_loc_conf_t *before = ctx->conf;
  ngx_uint_t failed = before != NULL && r->err_status != 0;
  if (here->configured && !failed) ctx->conf = here;
  if (ctx->conf == NULL || ctx->conf->policy == NULL) return NGX_DECLINED;
  /* Nothing has changed since the last decision, so the reasons in the context are its own. */
  if (before != NULL && before->policy == ctx->conf->policy && ngx_http_corsac_has_decided(r, ctx)) return NGX_OK;
  return ngx_http_corsac_evaluate(r, ctx);
}

ngx_int_t ngx_http_corsac_decide_on_failed(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx) {
  ngx_http_corsac_loc_conf_t *here = ngx_http_get_module_loc_conf(r, ngx_http_corsac_module), *before = ctx->conf;
  if (ctx->responded || !here->configured || here->policy == NULL || here->policy == before->policy) {
    return NGX_DECLINED;
  }
  corsac_reason reason = ctx->reason, reported = ctx->reported;
  ctx->conf = here;
  ngx_int_t decided = ngx_http_corsac_evaluate(r, ctx);
  if (decided != NGX_OK || corsac_reason_is_protection_refusal(ctx->reason)) return decided;
  ctx->conf = before;
  ctx->reason = reason;
  ctx->reported = reported;
  return NGX_DECLINED;
}
