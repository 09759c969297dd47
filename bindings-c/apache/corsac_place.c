/* Which policy is in force for a request, also where httpd answers before it has looked for its place. */
#include "mod_corsac.h"

#include <apr_strings.h>
#include <apr_tables.h>
#include <http_protocol.h>
#include <http_request.h>

corsac_dir corsac_nobody = {NULL, 1};

/* Whether any section has a policy that is not the server's; whether any has that depends on the file. */
static int sections, files;

request_rec *corsac_first_of(request_rec *r) {
  while (r->prev != NULL) r = r->prev;
  return r;
}

corsac_state *corsac_kept_with(request_rec *r) {
  corsac_state *state = ap_get_module_config(r->request_config, &corsac_module);
  if (state != NULL) return state;
  state = apr_pcalloc(r->pool, sizeof *state);
  ap_set_module_config(r->request_config, &corsac_module, state);
  return state;
}

static const corsac_dir *look_up(request_rec *r);

/* What is in force where httpd answers before it has found out: from a cache, by a redirect of the server's, by an error. */
static const corsac_dir *settings_before(request_rec *r, corsac_state *kept) {
  const corsac_dir *server = ap_get_module_config(r->server->lookup_defaults, &corsac_module);
  if (!sections) return server;
  if (kept->located == NULL) {
    /* What httpd could not decode stands half decoded in the request: it would be found in another place. */
    if (kept->looked_up == NULL) kept->looked_up = !kept->decoding && kept->method != NULL && r->main == NULL ? look_up(r) : &corsac_nobody;
    return kept->looked_up;
  }
  /* A Location's settings come after a Directory's, so that they hold whatever the file is. */
  return kept->located != server || !kept->mapping || !files ? kept->located : &corsac_nobody;
}

/* What is in force for one request. Where mod_dir or mod_negotiation have put a file in its place that says nothing, what was. */
static const corsac_dir *settings_of(request_rec *r) {
  corsac_state *kept = corsac_kept_with(r);
  if (!kept->walked) return settings_before(r, kept);
  const corsac_dir *here = ap_get_module_config(r->per_dir_config, &corsac_module);
  return here->said || kept->came == NULL ? here : kept->came;
}

/* mod_cache sends a page before anything is known of where it lies. A subrequest that is not run finds the same as a request does. */
static const corsac_dir *look_up(request_rec *r) {
  if (r->uri == NULL || *r->uri != '/') return &corsac_nobody;
  const char *target = r->args != NULL ? apr_pstrcat(r->pool, r->uri, "?", r->args, NULL) : r->uri;
  apr_table_t *headers = r->headers_out, *errors = r->err_headers_out, *notes = r->notes;
  /* mod_rewrite's [CO] sets its cookie on the request that is sent, and so the look-up's on what it has looked for. */
  r->headers_out = apr_table_copy(r->pool, headers);
  r->err_headers_out = apr_table_copy(r->pool, errors);
  r->notes = apr_table_copy(r->pool, notes);
  corsac_kept_with(r)->looking = 1;
  request_rec *there = ap_sub_req_method_uri(r->method, target, r, NULL);
  corsac_kept_with(r)->looking = 0;
  if (corsac_kept_with(there)->outer != NULL) there->main = r;
  const corsac_dir *found = settings_of(there);
  ap_destroy_sub_req(there);
  r->headers_out = headers;
  r->err_headers_out = errors;
  r->notes = notes;
  return found;
}

/* An error document is sent under the policy of what failed; after other redirects, of where they lead. */
const corsac_dir *corsac_dir_of(request_rec *r) {
  const corsac_dir *here = settings_of(r);
  for (request_rec *before = r->prev; before != NULL; before = before->prev) {
    const corsac_dir *there = settings_of(before);
    if (there->said && (before->status != HTTP_OK || !here->said)) here = there;
  }
  return here;
}

/* --- how far httpd has come --- */

/*
 * mod_dir asks the quick handlers whether they have an index, and looks at no file that mod_cache has: in a look-up of ours
 * nothing stands for a place that is not walked to.
 */
int corsac_note_read(request_rec *r, int lookup) {
  if (!lookup) corsac_kept_with(r)->method = r->method;
  for (request_rec *outer = r->main; lookup && outer != NULL; outer = outer->main)
    if (corsac_kept_with(outer)->looking) return DONE;
  return DECLINED;
}

int corsac_note_decoding(request_rec *r, int lookup) {
  (void)lookup;
  return corsac_kept_with(r)->decoding = 1, DECLINED;
}

int corsac_note_location(request_rec *r) {
  corsac_state *kept = corsac_kept_with(r);
  kept->located = ap_get_module_config(r->per_dir_config, &corsac_module);
  /* What mod_rewrite does not do in subrequests ([NS], %{IS_SUBREQ}) it did for the page that is looked for. */
  if (r->main != NULL && corsac_kept_with(r->main)->looking) {
    kept->outer = r->main;
    r->main = NULL;
  }
  return DECLINED;
}

int corsac_note_mapping(request_rec *r) {
  corsac_state *kept = corsac_kept_with(r);
  kept->mapping = 1;
  if (kept->outer != NULL) r->main = kept->outer;
  return DECLINED;
}

/* Of a subrequest this is the first place, and one without access control of its own comes only to the fixups. */
int corsac_note_walk(request_rec *r) {
  corsac_state *kept = corsac_kept_with(r);
  const corsac_dir *here = ap_get_module_config(r->per_dir_config, &corsac_module);
  if (!kept->walked && here->said) kept->came = here;
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

int corsac_make_nobody(apr_pool_t *pool, apr_pool_t *log, apr_pool_t *temporary) {
  /* No page has such an origin, and every answer varies on it. */
  static const char text[] = "{\"allow_origins\": [\"nobody://nobody\"]}";
  (void)log, (void)temporary;
  sections = files = 0;
  if (corsac_policy_from_json(text, sizeof text - 1, &corsac_nobody.policy, NULL) != CORSAC_OK) return HTTP_INTERNAL_SERVER_ERROR;
  apr_pool_cleanup_register(pool, corsac_nobody.policy, corsac_free_policy, apr_pool_cleanup_null);
  return OK;
}
