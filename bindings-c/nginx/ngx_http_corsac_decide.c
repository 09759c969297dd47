/* Finds the policy that is in force for a request, and decides. */
#include "ngx_http_corsac.h"

static ngx_int_t ngx_http_corsac_evaluate(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx, corsac_decision *decision) {
  const corsac_policy *policy = ctx->conf->policy;
  corsac_slice served = ctx->request.method;
  corsac_status status;
  decision->size = sizeof *decision;
  /* A decision that was sent does not change. */
  if (r->internal && !ctx->responded) served = ngx_http_corsac_slice(r->method_name);
  if (ctx->routed) status = corsac_policy_evaluate_as_served(policy, &ctx->request, served, decision);
  else status = corsac_policy_evaluate_host_error(policy, &ctx->request, decision);
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
  /* An error page is sent under the policy of the location that failed, wherever the page itself is. */
  ngx_uint_t failed = ctx->conf != NULL && (r->err_status != 0 || ctx->responded);
  if (here->configured && !failed) ctx->conf = here;
  if (ctx->conf == NULL || ctx->conf->policy == NULL) return NGX_DECLINED;
  return ngx_http_corsac_evaluate(r, ctx, decision);
}

ngx_int_t ngx_http_corsac_decide_on_failed(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx, corsac_decision *decision) {
  ngx_http_corsac_loc_conf_t *here = ngx_http_get_module_loc_conf(r, ngx_http_corsac_module), *before = ctx->conf;
  if (ctx->responded || before == NULL || !here->configured || here->policy == NULL || here->policy == before->policy) {
    return NGX_DECLINED;
  }
  corsac_reason reason = ctx->reason, reported = ctx->reported;
  ctx->conf = here;
  ngx_int_t decided = ngx_http_corsac_evaluate(r, ctx, decision);
  if (decided != NGX_OK || corsac_reason_is_protection_refusal(decision->reason)) return decided;
  ctx->conf = before;
  ctx->reason = reason;
  ctx->reported = reported;
  return NGX_DECLINED;
}
