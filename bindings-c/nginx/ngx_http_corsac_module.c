/* corsac in nginx: directives, variables, and the two places where a request is looked at. */
#include "ngx_http_corsac.h"

/* One policy file. It is read once, however many locations name it. */
typedef struct {
  ngx_str_t path;
  corsac_policy *policy;
} ngx_http_corsac_file_t;

typedef struct {
  ngx_array_t files; /* of ngx_http_corsac_file_t */
  ngx_flag_t used;
} ngx_http_corsac_main_conf_t;

static ngx_http_output_header_filter_pt ngx_http_corsac_next_filter;

/* --- requests --- */

/* First in the rewrite phase, before any `return`: as early as a location's settings are known. */
static ngx_int_t ngx_http_corsac_rewrite(ngx_http_request_t *r) {
  if (r != r->main) return NGX_DECLINED;
  ngx_http_corsac_ctx_t *ctx = ngx_http_corsac_ctx(r);
  if (ctx == NULL) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  ctx->routed = 1;
  corsac_decision decision;
  ngx_int_t decided = ngx_http_corsac_guard(r, ctx, &decision);
  if (decided == NGX_DECLINED) decided = ngx_http_corsac_decide(r, ctx, &decision);
  if (decided == NGX_DECLINED) return NGX_DECLINED;
  if (decided != NGX_OK) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  ngx_http_corsac_log(r, ctx, &decision);
  return decision.action == CORSAC_RESPOND ? ngx_http_corsac_answer(r, ctx, &decision) : NGX_DECLINED;
}

/* Remembers the request as it came: a server's own `return` ends it before there is a location. */
static ngx_int_t ngx_http_corsac_server_rewrite(ngx_http_request_t *r) {
  if (r != r->main) return NGX_DECLINED;
  ngx_http_corsac_ctx_t *ctx = ngx_http_corsac_ctx(r);
  if (ctx == NULL) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  ctx->routed = 1;
  return NGX_DECLINED;
}

static ngx_int_t ngx_http_corsac_filter(ngx_http_request_t *r) {
  if (r != r->main) return ngx_http_corsac_next_filter(r);
  ngx_http_corsac_ctx_t *ctx = ngx_http_corsac_ctx(r);
  if (ctx == NULL) return NGX_ERROR;
  corsac_decision decision;
  ngx_int_t decided = ngx_http_corsac_decide(r, ctx, &decision);
  if (decided == NGX_DECLINED) return ngx_http_corsac_next_filter(r);
  if (decided != NGX_OK) return NGX_ERROR;
  if (decision.action != CORSAC_RESPOND || ctx->answered) {
    return ngx_http_corsac_apply(r, ctx, &decision) == NGX_OK ? ngx_http_corsac_next_filter(r) : NGX_ERROR;
  }
  /* What cannot be read as a request is refused as nginx does it. */
  if (!ctx->routed) return ngx_http_corsac_next_filter(r);

  /* A server's `return`, or nginx's redirect to the folder, came first. The decision is the answer all the same. */
  ngx_http_corsac_log(r, ctx, &decision);
  ngx_http_clear_location(r);
  ctx->answered = 1;
  ngx_http_corsac_become(r, &decision);
  if (ngx_http_corsac_apply(r, ctx, &decision) != NGX_OK) return NGX_ERROR;
  ngx_int_t sent = ngx_http_corsac_next_filter(r);
  if (sent == NGX_ERROR || sent > NGX_OK || r->header_only) return sent;
  sent = ngx_http_corsac_body(r, &decision);
  r->header_only = 1; /* the body that was to follow is not sent */
  return sent == NGX_ERROR ? sent : NGX_OK;
}

/* --- variables --- */

enum { REASON, REPORTED, ORIGIN };

static ngx_int_t ngx_http_corsac_variable(ngx_http_request_t *r, ngx_http_variable_value_t *value, uintptr_t which) {
  ngx_http_corsac_ctx_t *ctx = ngx_http_corsac_find_ctx(r->main);
  value->not_found = 1;
  /* A server's `return` may ask before there is a decision. */
  corsac_decision decision;
  if (ctx != NULL && ctx->reason == CORSAC_REASON_NONE && r == r->main) ngx_http_corsac_decide(r, ctx, &decision);
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

/* --- configuration --- */

static void ngx_http_corsac_free(void *policy) { corsac_policy_free(policy); }

static void ngx_http_corsac_tell(ngx_conf_t *cf, ngx_uint_t level, const ngx_str_t *path, const corsac_issue *issue) {
  u_char line[sizeof ":" + NGX_SIZE_T_LEN];
  *(issue->line > 0 ? ngx_sprintf(line, ":%uz", issue->line) : line) = '\0';
  ngx_conf_log_error(level, cf, 0, "corsac: %V%s: %*s%s%*s [%*s]; %*s", path, line, issue->field.len, issue->field.ptr,
                     issue->field.len > 0 ? ": " : "", issue->message.len, issue->message.ptr, issue->code.len,
                     issue->code.ptr, issue->help.len, issue->help.ptr);
}

/* Why there is no policy: each issue has a line, and so has what is no issue of the policy's. */
static void ngx_http_corsac_refuse(ngx_conf_t *cf, const ngx_str_t *path, corsac_status status, const corsac_error *error) {
  corsac_issue issue = {.size = sizeof issue};
  size_t told = 0;
  for (size_t i = 0; i < corsac_error_count(error); i++) {
    if (corsac_error_issue(error, i, &issue) != CORSAC_OK) continue;
    if (status == CORSAC_IO) {
      /* The message begins with the path. */
      ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "corsac: %*s; %*s", issue.message.len, issue.message.ptr, issue.help.len, issue.help.ptr);
    } else {
      ngx_http_corsac_tell(cf, NGX_LOG_EMERG, path, &issue);
    }
    told++;
  }
  if (told == 0) ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "corsac: %V was not read: %s", path, corsac_status_name(status));
}

static corsac_policy *ngx_http_corsac_read(ngx_conf_t *cf, const ngx_str_t *path) {
  corsac_policy *policy = NULL;
  corsac_error *error = NULL;
  corsac_issue issue = {.size = sizeof issue};
  corsac_status status = corsac_policy_from_file((const char *)path->data, path->len, &policy, &error);
  if (status != CORSAC_OK) ngx_http_corsac_refuse(cf, path, status, error);
  corsac_error_free(error);
  if (status != CORSAC_OK) return NULL;
  for (size_t i = 0; i < corsac_policy_lint_count(policy); i++) {
    if (corsac_policy_lint(policy, i, &issue) == CORSAC_OK) ngx_http_corsac_tell(cf, NGX_LOG_WARN, path, &issue);
  }
  ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(cf->pool, 0);
  if (cleanup == NULL) {
    corsac_policy_free(policy);
    return NULL;
  }
  cleanup->handler = ngx_http_corsac_free;
  cleanup->data = policy;
  return policy;
}

static corsac_policy *ngx_http_corsac_file(ngx_conf_t *cf, const ngx_str_t *path) {
  ngx_http_corsac_main_conf_t *main = ngx_http_conf_get_module_main_conf(cf, ngx_http_corsac_module);
  ngx_http_corsac_file_t *file = main->files.elts;
  for (ngx_uint_t i = 0; i < main->files.nelts; i++) {
    if (file[i].path.len == path->len && ngx_memcmp(file[i].path.data, path->data, path->len) == 0) return file[i].policy;
  }
  corsac_policy *policy = ngx_http_corsac_read(cf, path);
  if (policy == NULL || (file = ngx_array_push(&main->files)) == NULL) return NULL;
  *file = (ngx_http_corsac_file_t){*path, policy};
  main->used = 1;
  return policy;
}

static char *ngx_http_corsac_set_policy(ngx_conf_t *cf, ngx_command_t *command, void *conf) {
  ngx_http_corsac_loc_conf_t *loc = conf;
  ngx_str_t *words = cf->args->elts, path = words[1];
  (void)command;
  if (loc->said != NGX_CONF_UNSET) return loc->policy != NULL ? "is duplicate" : "stands beside \"corsac off\"";
  if (ngx_conf_full_name(cf->cycle, &path, 1) != NGX_OK) return NGX_CONF_ERROR;
  loc->policy = ngx_http_corsac_file(cf, &path);
  loc->said = 1;
  return loc->policy != NULL ? NGX_CONF_OK : NGX_CONF_ERROR;
}

static char *ngx_http_corsac_set_off(ngx_conf_t *cf, ngx_command_t *command, void *conf) {
  ngx_http_corsac_loc_conf_t *loc = conf;
  ngx_str_t *words = cf->args->elts;
  (void)command;
  if (ngx_strcmp(words[1].data, "off") != 0) return "takes \"off\" alone; a policy is named by \"corsac_policy\"";
  if (loc->said != NGX_CONF_UNSET) return loc->policy == NULL ? "is duplicate" : "stands beside \"corsac_policy\"";
  loc->said = 1;
  return NGX_CONF_OK;
}

static void *ngx_http_corsac_create_main(ngx_conf_t *cf) {
  ngx_http_corsac_main_conf_t *conf = ngx_pcalloc(cf->pool, sizeof *conf);
  if (conf == NULL || ngx_array_init(&conf->files, cf->pool, 4, sizeof(ngx_http_corsac_file_t)) != NGX_OK) return NULL;
  return conf;
}

static void *ngx_http_corsac_create_loc(ngx_conf_t *cf) {
  ngx_http_corsac_loc_conf_t *conf = ngx_pcalloc(cf->pool, sizeof *conf);
  if (conf == NULL) return NULL;
  conf->said = NGX_CONF_UNSET;
  conf->hide_upstream = NGX_CONF_UNSET;
  return conf;
}

static char *ngx_http_corsac_merge_loc(ngx_conf_t *cf, void *parent, void *child) {
  ngx_http_corsac_loc_conf_t *from = parent, *to = child;
  (void)cf;
  if (to->said == NGX_CONF_UNSET) {
    to->policy = from->policy;
    to->said = from->said == NGX_CONF_UNSET ? 0 : from->said;
  }
  ngx_conf_merge_value(to->hide_upstream, from->hide_upstream, 1);
  return NGX_CONF_OK;
}

static ngx_int_t ngx_http_corsac_add_variables(ngx_conf_t *cf) {
  for (ngx_http_variable_t *from = ngx_http_corsac_variables; from->name.len > 0; from++) {
    ngx_http_variable_t *variable = ngx_http_add_variable(cf, &from->name, from->flags);
    if (variable == NULL) return NGX_ERROR;
    variable->get_handler = from->get_handler;
    variable->data = from->data;
  }
  return NGX_OK;
}

static ngx_int_t ngx_http_corsac_start(ngx_conf_t *cf) {
  ngx_http_corsac_main_conf_t *conf = ngx_http_conf_get_module_main_conf(cf, ngx_http_corsac_module);
  ngx_http_core_main_conf_t *core = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
  /* Where no policy is named the module costs nothing. */
  if (!conf->used) return NGX_OK;
  /* Handlers of a phase run in the reverse of the order in which they are added: after nginx's own, so before them. */
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
    ngx_http_corsac_add_variables, ngx_http_corsac_start,     ngx_http_corsac_create_main, NULL, NULL, NULL,
    ngx_http_corsac_create_loc,    ngx_http_corsac_merge_loc,
};

ngx_module_t ngx_http_corsac_module = {
    NGX_MODULE_V1, &ngx_http_corsac_context, ngx_http_corsac_commands, NGX_HTTP_MODULE, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NGX_MODULE_V1_PADDING,
};
