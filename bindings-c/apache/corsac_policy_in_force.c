/*
 * Finds the policy that is in force for a request, even if httpd answers before it has found the sections that apply to it.
 */
#include "mod_corsac.h"

#include <apr_strings.h>
#include <apr_tables.h>
#include <http_protocol.h>
#include <http_request.h>

corsac_dir corsac_nobody = {NULL, 1};

/* Whether any section has a policy of its own, and whether any section that depends on the file has one. */
static int sections, files;

request_rec *corsac_first_of(request_rec *r) {
  while (r->prev != NULL) r = r->prev;
  return r;
}

corsac_state *corsac_state_of(request_rec *r) {
  corsac_state *state = ap_get_module_config(r->request_config, &corsac_module);
  if (state != NULL) return state;
  state = apr_pcalloc(r->pool, sizeof *state);
  ap_set_module_config(r->request_config, &corsac_module, state);
  return state;
}

static const corsac_dir *find_by_subrequest(request_rec *r);

/*
 * The settings in force if httpd answers before it has found the sections: from a cache, with a redirect of the server, or
 * with an error.
 */
static const corsac_dir *settings_before(request_rec *r, corsac_state *kept) {
  const corsac_dir *server = ap_get_module_config(r->server->lookup_defaults, &corsac_module);
  if (!sections) return server;
  if (kept->located == NULL) {
    /* If httpd could not decode the URL, the request has a half-decoded one, for which other sections would be found. */
    if (kept->found_by_subrequest == NULL) kept->found_by_subrequest = !kept->decoding && kept->method != NULL && r->main == NULL ? find_by_subrequest(r) : &corsac_nobody;
    return kept->found_by_subrequest;
  }
  /* A Location's settings override a Directory's, so they apply whatever the file is. */
  return kept->located != server || !kept->mapping || !files ? kept->located : &corsac_nobody;
}

/*
 * The settings in force for one request. If mod_dir or mod_negotiation has replaced the request by a file without
 * settings, these are the settings from before.
 */
static const corsac_dir *settings_of(request_rec *r) {
  corsac_state *kept = corsac_state_of(r);
  if (!kept->walked) return settings_before(r, kept);
  const corsac_dir *here = ap_get_module_config(r->per_dir_config, &corsac_module);
  return here->configured || kept->came == NULL ? here : kept->came;
}

/*
 * mod_cache sends a page before its sections are known. A subrequest that is not run finds the same sections as a request.
 */
static const corsac_dir *find_by_subrequest(request_rec *r) {
  if (r->uri == NULL || *r->uri != '/') return &corsac_nobody;
  const char *target = r->args != NULL ? apr_pstrcat(r->pool, r->uri, "?", r->args, NULL) : r->uri;
  apr_table_t *headers = r->headers_out, *errors = r->err_headers_out, *notes = r->notes;
  /*
   * Even in a subrequest, mod_rewrite's [CO] sets its cookie on the response to the client. So the subrequest works on
   * copies, and its cookie is discarded with them.
   */
  r->headers_out = apr_table_copy(r->pool, headers);
  r->err_headers_out = apr_table_copy(r->pool, errors);
  r->notes = apr_table_copy(r->pool, notes);
  corsac_state_of(r)->finding = 1;
  request_rec *there = ap_sub_req_method_uri(r->method, target, r, NULL);
  corsac_state_of(r)->finding = 0;
  if (corsac_state_of(there)->outer != NULL) there->main = r;
  const corsac_dir *found = settings_of(there);
  ap_destroy_sub_req(there);
  r->headers_out = headers;
  r->err_headers_out = errors;
  r->notes = notes;
  return found;
}

/*
 * An error document is sent under the policy of the request that failed. After any other redirect, the policy is that of the
 * target.
 */
const corsac_dir *corsac_dir_of(request_rec *r) {
  const corsac_dir *here = settings_of(r);
  for (request_rec *before = r->prev; before != NULL; before = before->prev) {
    const corsac_dir *there = settings_of(before);
    if (there->configured && (before->status != HTTP_OK || !here->configured)) here = there;
  }
  return here;
}

/* --- how far httpd has come --- */

/*
 * When mod_dir looks for an index page, httpd asks the quick handlers first. If mod_cache has the page, httpd does not find
 * the sections that apply to it. So in the module's own subrequests, quick handlers must not answer.
 */
int corsac_note_read(request_rec *r, int lookup) {
  if (!lookup) corsac_state_of(r)->method = r->method;
  for (request_rec *outer = r->main; lookup && outer != NULL; outer = outer->main)
    if (corsac_state_of(outer)->finding) return DONE;
  return DECLINED;
}

int corsac_note_decoding(request_rec *r, int lookup) {
  (void)lookup;
  return corsac_state_of(r)->decoding = 1, DECLINED;
}

int corsac_note_location(request_rec *r) {
  corsac_state *kept = corsac_state_of(r);
  kept->located = ap_get_module_config(r->per_dir_config, &corsac_module);
  /*
   * In subrequests, mod_rewrite leaves out some rules ([NS], %{IS_SUBREQ}) that it applied to the page itself. So while
   * its URL is translated, this subrequest looks like a main request.
   */
  if (r->main != NULL && corsac_state_of(r->main)->finding) {
    kept->outer = r->main;
    r->main = NULL;
  }
  return DECLINED;
}

int corsac_note_mapping(request_rec *r) {
  corsac_state *kept = corsac_state_of(r);
  kept->mapping = 1;
  if (kept->outer != NULL) r->main = kept->outer;
  return DECLINED;
}

/*
 * For a subrequest, the access checker is this module's first hook in which all settings are known. If the subrequest has no
 * access control of its own, httpd skips that hook and runs only the fixups. So this is called in both hooks.
 */
int corsac_note_walk(request_rec *r) {
  corsac_state *kept = corsac_state_of(r);
  const corsac_dir *here = ap_get_module_config(r->per_dir_config, &corsac_module);
  if (!kept->walked && here->configured) kept->came = here;
  kept->walked = 1;
  return DECLINED;
}

/* --- configuration --- */

void corsac_note_section(cmd_parms *command) {
  sections |= command->path != NULL;
  files |= ap_check_cmd_context(command, NOT_IN_DIRECTORY | NOT_IN_FILES) != NULL;
}

apr_status_t corsac_free_policy(void *policy) {
  corsac_policy_free(policy);
  return APR_SUCCESS;
}

int corsac_prepare(apr_pool_t *pool, apr_pool_t *log, apr_pool_t *temporary) {
  (void)log, (void)temporary;
  sections = files = 0;
  if (corsac_policy_nobody(&corsac_nobody.policy) != CORSAC_OK) return HTTP_INTERNAL_SERVER_ERROR;
  apr_pool_cleanup_register(pool, corsac_nobody.policy, corsac_free_policy, apr_pool_cleanup_null);
  return OK;
}
