/*
 * corsac in Apache httpd: `CorsacPolicy <file>` or `CorsacPolicy off`, in a server, a Location or a Directory.
 * The module has no rules of CORS; names and values come from the library.
 */
#include "mod_corsac.h"

#include <apr_optional.h>
#include <apr_strings.h>
#include <apr_tables.h>
#include <http_log.h>
#include <http_protocol.h>
#include <http_request.h>
#include <util_filter.h>

APLOG_USE_MODULE(corsac);

static const char FILTER[] = "CORSAC";
static ap_filter_rec_t *registered;

/* The function of mod_ssl, if that is loaded. */
APR_DECLARE_OPTIONAL_FN(int, ssl_is_https, (conn_rec *));
static APR_OPTIONAL_FN_TYPE(ssl_is_https) *is_https;

/* --- requests --- */

static void *allocate(apr_size_t size, void *pool) { return apr_palloc(pool, size); }

typedef struct { corsac_request *request; apr_pool_t *pool; } header_lines;

static int add_line(void *into, const char *name, const char *value) {
  header_lines *lines = into;
  return corsac_request_add_header(lines->request, corsac_slice_from(name), corsac_slice_from(value), allocate, lines->pool) == CORSAC_OK;
}

static corsac_state *state_with_request(request_rec *first) {
  corsac_state *state = corsac_state_of(first);
  if (state->request.size != 0) return state;
  state->request.size = sizeof state->request;
  /* For an error document, httpd turns the request into a GET. */
  state->request.method = corsac_slice_from(state->method != NULL ? state->method : first->method);
  /* This is the target as the client sent it, before `RewriteRule` and `Alias`. */
  state->request.path = corsac_slice_from(first->unparsed_uri);
  state->request.secure = is_https != NULL && is_https(first->connection) != 0;
  /* There is no decision on an incomplete request. */
  if (!apr_table_do(add_line, &(header_lines){&state->request, first->pool}, first->headers_in, NULL)) state->request = (corsac_request){0};
  return state;
}

/* Returns OK with a decision; DECLINED if no policy is in force; or the status of a failure, if there can be no decision. */
static int decide(request_rec *r, corsac_state **decided) {
  const corsac_dir *dir = corsac_dir_of(r);
  if (dir->policy == NULL || r->main != NULL) return DECLINED;
  corsac_state *state = *decided = state_with_request(corsac_first_of(r));
  if (state->policy == dir->policy) return OK;
  state->policy = NULL;
  state->decision.size = sizeof state->decision;
  corsac_slice served = r->prev != NULL ? corsac_slice_from(r->method) : state->request.method;
  corsac_status status = corsac_policy_evaluate_as_served(dir->policy, &state->request, served, &state->decision);
  if (status != CORSAC_OK) {
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "corsac: no decision: %s", corsac_status_name(status));
    return HTTP_INTERNAL_SERVER_ERROR;
  }
  state->policy = dir->policy;
  return OK;
}

/* Logs a refusal once for each policy: at `info` if it was carried out, at `notice` if it was only reported. */
static void log_refusal(request_rec *r, corsac_state *state) {
  if (state->logged == state->policy) return;
  state->logged = state->policy;
  corsac_reason reason = corsac_decision_reason_to_log(&state->decision, &state->request);
  if (reason == CORSAC_REASON_NONE) return;
  int reported = state->decision.reported != CORSAC_REASON_NONE;
  ap_log_rerror(APLOG_MARK, reported ? APLOG_NOTICE : APLOG_INFO, 0, r, "corsac: %s%s; %s", reported ? "only reported: " : "",
                corsac_reason_name(reason), corsac_reason_help(reason));
}

/* --- responses --- */

static void start_response(request_rec *r, const corsac_decision *decision) {
  apr_table_setn(r->notes, FILTER, "responded");
  r->status = decision->status;
  r->status_line = NULL;
  /* The values of mod_mime belong to a file that is not sent. */
  ap_set_content_type(r, NULL);
  r->content_encoding = NULL;
  r->content_languages = NULL;
}

/* httpd's own error for a request that it could not read. */
static void apply_to_error(request_rec *r, const corsac_policy *policy, const corsac_request *request) {
  corsac_decision decision = {.size = sizeof decision};
  if (corsac_policy_evaluate_host_error(policy, request, &decision) == CORSAC_OK) corsac_apply(r, &decision);
}

/* Replaces the response of a cache, a redirect of the server or an error by the decision. */
static apr_status_t replace(ap_filter_t *self, apr_bucket_brigade *brigade, const corsac_decision *decision) {
  request_rec *r = self->r;
  apr_table_clear(r->headers_out);
  apr_table_clear(r->err_headers_out);
  start_response(r, decision);
  corsac_apply(r, decision);
  self->ctx = r; /* what follows is not sent */
  apr_brigade_cleanup(brigade);
  if (decision->body.len > 0) apr_brigade_write(brigade, NULL, NULL, decision->body.ptr, decision->body.len);
  APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_eos_create(brigade->bucket_alloc));
  return ap_pass_brigade(self->next, brigade);
}

/* If there is an error bucket, httpd answers with its error, and that response passes through this filter again. */
static int holds_error(const apr_bucket_brigade *brigade) {
  for (apr_bucket *e = APR_BRIGADE_FIRST(brigade); e != APR_BRIGADE_SENTINEL(brigade); e = APR_BUCKET_NEXT(e))
    if (AP_BUCKET_IS_ERROR(e)) return 1;
  return 0;
}

/*
 * This runs when the status and the headers are written. By then, the application, mod_headers and httpd's own errors
 * have set their headers.
 */
static apr_status_t filter(ap_filter_t *self, apr_bucket_brigade *brigade) {
  request_rec *r = self->r;
  corsac_state *state;
  if (self->ctx != NULL) return apr_brigade_cleanup(brigade);
  int decided = decide(r, &state);
  if (decided == HTTP_INTERNAL_SERVER_ERROR) {
    corsac_request unknown = {.size = sizeof unknown, .method = corsac_slice_from(r->method)};
    apply_to_error(r, corsac_nobody.policy, &unknown);
  }
  if (decided == OK) {
    int refused = state->decision.action != CORSAC_CONTINUE && apr_table_get(r->notes, FILTER) == NULL;
    if (!refused) corsac_apply(r, &state->decision);
    else if (corsac_state_of(corsac_first_of(r))->method == NULL) apply_to_error(r, state->policy, &state->request);
    else if (!holds_error(brigade)) {
      log_refusal(r, state);
      return replace(self, brigade, &state->decision);
    }
  }
  ap_remove_output_filter(self);
  return ap_pass_brigade(self->next, brigade);
}

/* The filter is added only once. Otherwise it would be applied twice. */
static void insert(request_rec *r) {
  if (r->main != NULL) return;
  for (const ap_filter_t *there = r->output_filters; there != NULL; there = there->next) {
    if (there->frec == registered) return;
  }
  ap_add_output_filter_handle(registered, NULL, r, r->connection);
}

static int respond(request_rec *r) {
  corsac_state *state;
  int decided = decide(r, &state);
  if (decided != OK) return decided;
  const corsac_decision *decision = &state->decision;
  log_refusal(r, state);
  if (decision->action != CORSAC_RESPOND) return DECLINED;
  /* A client may wait for `100 Continue` before it sends the body. If its request is refused, httpd must not send that. */
  if (r->expecting_100) r->status = decision->status;
  int discarded = ap_discard_request_body(r);
  if (discarded != OK) return discarded;
  insert(r);
  start_response(r, decision);
  if (decision->body.len > 0) ap_rwrite(decision->body.ptr, (int)decision->body.len, r);
  return DONE;
}

/* This is the module's first hook in which a location's settings are known. It runs before authentication and all handlers. */
static int respond_first(request_rec *r) {
  corsac_note_walk(r);
  return respond(r);
}

/* --- configuration --- */

static const char *set_policy(cmd_parms *command, void *config, const char *word) {
  corsac_dir *dir = config;
  const char *limited = ap_check_cmd_context(command, NOT_IN_LIMIT);
  if (limited != NULL) return limited;
  dir->configured = 1;
  dir->policy = NULL;
  corsac_note_section(command);
  if (strcasecmp(word, "off") == 0) return NULL;
  const char *path = ap_server_root_relative(command->pool, word);
  corsac_error *error = NULL;
  if (path == NULL || corsac_policy_from_file(path, strlen(path), &dir->policy, &error) != CORSAC_OK) {
    const char *message = error != NULL ? apr_pstrdup(command->pool, corsac_error_message(error).ptr) : "no policy";
    corsac_error_free(error);
    return message;
  }
  apr_pool_cleanup_register(command->pool, dir->policy, corsac_free_policy, apr_pool_cleanup_null);
  corsac_issue lint = {.size = sizeof lint};
  for (size_t i = 0; i < corsac_policy_lint_count(dir->policy); i++) {
    if (corsac_policy_lint(dir->policy, i, &lint) != CORSAC_OK) continue;
    const char *line = lint.line > 0 ? apr_psprintf(command->pool, ":%" APR_SIZE_T_FMT, lint.line) : "";
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, command->server, "corsac: %s%s: %s: %s [%s]; %s", path, line, lint.field.ptr,
                 lint.message.ptr, lint.code.ptr, lint.help.ptr);
  }
  return NULL;
}

static void *create_dir(apr_pool_t *pool, char *path) { return (void)path, apr_pcalloc(pool, sizeof(corsac_dir)); }

static void *merge_dir(apr_pool_t *pool, void *outer, void *inner) {
  const corsac_dir *from = inner;
  (void)pool;
  return from->configured ? inner : outer;
}

static const command_rec COMMANDS[] = {
    AP_INIT_TAKE1("CorsacPolicy", set_policy, NULL, RSRC_CONF | ACCESS_CONF, "a policy file, or off"),
    {NULL},
};

static void find_ssl(void) { is_https = APR_RETRIEVE_OPTIONAL_FN(ssl_is_https); }

static void hooks(apr_pool_t *pool) {
  (void)pool;
  ap_hook_optional_fn_retrieve(find_ssl, NULL, NULL, APR_HOOK_MIDDLE);
  registered = ap_register_output_filter(FILTER, filter, NULL, (ap_filter_type)(AP_FTYPE_CONTENT_SET + 5));
  ap_hook_pre_config(corsac_prepare, NULL, NULL, APR_HOOK_MIDDLE);
  ap_hook_quick_handler(corsac_note_read, NULL, NULL, APR_HOOK_REALLY_FIRST);
  ap_hook_quick_handler(corsac_note_decoding, NULL, NULL, APR_HOOK_REALLY_LAST);
  ap_hook_translate_name(corsac_note_location, NULL, NULL, APR_HOOK_REALLY_FIRST);
  ap_hook_map_to_storage(corsac_note_mapping, NULL, NULL, APR_HOOK_REALLY_FIRST);
  ap_hook_access_checker(corsac_note_walk, NULL, NULL, APR_HOOK_REALLY_FIRST);
  ap_hook_fixups(corsac_note_walk, NULL, NULL, APR_HOOK_REALLY_FIRST);
  ap_hook_header_parser(respond_first, NULL, NULL, APR_HOOK_REALLY_FIRST);
  /* This decides again, in case mod_dir or mod_negotiation has replaced the request by a file with settings of its own.
   * */
  ap_hook_handler(respond, NULL, NULL, APR_HOOK_REALLY_FIRST);
  ap_hook_insert_filter(insert, NULL, NULL, APR_HOOK_REALLY_LAST);
  ap_hook_insert_error_filter(insert, NULL, NULL, APR_HOOK_REALLY_LAST);
}

module AP_MODULE_DECLARE_DATA corsac_module = {STANDARD20_MODULE_STUFF, create_dir, merge_dir, NULL, NULL, COMMANDS, hooks, 0};
