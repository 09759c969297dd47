/* The directives `corsac_policy`, `corsac off` and `corsac_hide_upstream`, and the policy files that they name. */
#include "ngx_http_corsac.h"

static void ngx_http_corsac_free(void *policy) { corsac_policy_free(policy); }

static void ngx_http_corsac_log_issue(ngx_conf_t *cf, ngx_uint_t level, const ngx_str_t *path, const corsac_issue *issue) {
  u_char line[sizeof ":" + NGX_SIZE_T_LEN];
  *(issue->line > 0 ? ngx_sprintf(line, ":%uz", issue->line) : line) = '\0';
  ngx_conf_log_error(level, cf, 0, "corsac: %V%s: %*s%s%*s [%*s]; %*s", path, line, issue->field.len, issue->field.ptr,
                     issue->field.len > 0 ? ": " : "", issue->message.len, issue->message.ptr, issue->code.len,
                     issue->code.ptr, issue->help.len, issue->help.ptr);
}

/* Logs why there is no policy. Each issue gets a line, and so does an error that is not an issue of the policy. */
static void ngx_http_corsac_log_refused_policy(ngx_conf_t *cf, const ngx_str_t *path, corsac_status status, const corsac_error *error) {
  corsac_issue issue = {.size = sizeof issue};
  size_t logged = 0;
  for (size_t i = 0; i < corsac_error_count(error); i++) {
    if (corsac_error_issue(error, i, &issue) != CORSAC_OK) continue;
    if (status == CORSAC_IO) {
      /* The message begins with the path. */
      ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "corsac: %*s; %*s", issue.message.len, issue.message.ptr, issue.help.len, issue.help.ptr);
    } else {
      ngx_http_corsac_log_issue(cf, NGX_LOG_EMERG, path, &issue);
    }
    logged++;
  }
  if (logged == 0) ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "corsac: %V was not read: %s", path, corsac_status_name(status));
}

static corsac_policy *ngx_http_corsac_read(ngx_conf_t *cf, const ngx_str_t *path) {
  corsac_policy *policy = NULL;
  corsac_error *error = NULL;
  corsac_issue issue = {.size = sizeof issue};
  corsac_status status = corsac_policy_from_file((const char *)path->data, path->len, &policy, &error);
  if (status != CORSAC_OK) ngx_http_corsac_log_refused_policy(cf, path, status, error);
  corsac_error_free(error);
  if (status != CORSAC_OK) return NULL;
  for (size_t i = 0; i < corsac_policy_lint_count(policy); i++) {
    if (corsac_policy_lint(policy, i, &issue) == CORSAC_OK) ngx_http_corsac_log_issue(cf, NGX_LOG_WARN, path, &issue);
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

static ngx_http_corsac_policy_t *ngx_http_corsac_file(ngx_conf_t *cf, const ngx_str_t *path) {
  ngx_http_corsac_main_conf_t *main = ngx_http_conf_get_module_main_conf(cf, ngx_http_corsac_module);
  ngx_http_corsac_policy_t **known = main->policies.elts, *policy;
  for (ngx_uint_t i = 0; i < main->policies.nelts; i++) {
    if (known[i]->path.len == path->len && ngx_memcmp(known[i]->path.data, path->data, path->len) == 0) return known[i];
  }
  /* All of its memory is zero, so it remembers nothing. */
  if ((policy = ngx_pcalloc(cf->pool, sizeof *policy)) == NULL || (known = ngx_array_push(&main->policies)) == NULL) return NULL;
  policy->path = *path;
  policy->policy = ngx_http_corsac_read(cf, path);
  if (policy->policy == NULL) return NULL;
  *known = policy;
  main->used = 1;
  return policy;
}

char *ngx_http_corsac_set_policy(ngx_conf_t *cf, ngx_command_t *command, void *conf) {
  ngx_http_corsac_loc_conf_t *loc = conf;
  ngx_str_t *words = cf->args->elts, path = words[1];
  (void)command;
  if (loc->configured != NGX_CONF_UNSET) return loc->policy != NULL ? "is duplicate" : "cannot be used together with \"corsac off\"";
  if (ngx_conf_full_name(cf->cycle, &path, 1) != NGX_OK) return NGX_CONF_ERROR;
  loc->policy = ngx_http_corsac_file(cf, &path);
  loc->configured = 1;
  return loc->policy != NULL ? NGX_CONF_OK : NGX_CONF_ERROR;
}

char *ngx_http_corsac_set_off(ngx_conf_t *cf, ngx_command_t *command, void *conf) {
  ngx_http_corsac_loc_conf_t *loc = conf;
  ngx_str_t *words = cf->args->elts;
  (void)command;
  if (ngx_strcmp(words[1].data, "off") != 0) return "only takes \"off\"; a policy is named by \"corsac_policy\"";
  if (loc->configured != NGX_CONF_UNSET) return loc->policy == NULL ? "is duplicate" : "cannot be used together with \"corsac_policy\"";
  loc->configured = 1;
  return NGX_CONF_OK;
}

void *ngx_http_corsac_create_main(ngx_conf_t *cf) {
  ngx_http_corsac_main_conf_t *conf = ngx_pcalloc(cf->pool, sizeof *conf);
  if (conf == NULL || ngx_array_init(&conf->policies, cf->pool, 4, sizeof(ngx_http_corsac_policy_t *)) != NGX_OK) return NULL;
  return conf;
}

void *ngx_http_corsac_create_srv(ngx_conf_t *cf) { return ngx_pcalloc(cf->pool, sizeof(ngx_http_corsac_srv_conf_t)); }

void *ngx_http_corsac_create_loc(ngx_conf_t *cf) {
  ngx_http_corsac_loc_conf_t *conf = ngx_pcalloc(cf->pool, sizeof *conf);
  if (conf == NULL) return NULL;
  conf->configured = NGX_CONF_UNSET;
  conf->hide_upstream = NGX_CONF_UNSET;
  return conf;
}

char *ngx_http_corsac_merge_loc(ngx_conf_t *cf, void *parent, void *child) {
  ngx_http_corsac_loc_conf_t *from = parent, *to = child;
  if (to->configured == NGX_CONF_UNSET) {
    to->policy = from->policy;
    to->configured = from->configured == NGX_CONF_UNSET ? 0 : from->configured;
  }
  ngx_conf_merge_value(to->hide_upstream, from->hide_upstream, 1);
  /* nginx merges the locations of each server in that server's context. */
  ngx_http_corsac_srv_conf_t *server = ngx_http_conf_get_module_srv_conf(cf, ngx_http_corsac_module);
  if (to->policy != NULL) server->used = 1;
  return NGX_CONF_OK;
}
