/* The declarations that the files of the module share. */
#ifndef MOD_CORSAC_H
#define MOD_CORSAC_H

#include <httpd.h>

#include <http_config.h>
#include <http_core.h>

#include <corsac.h>

extern module AP_MODULE_DECLARE_DATA corsac_module;

typedef struct {
  corsac_policy *policy; /* NULL if there is none, or if it is switched off */
  int configured;        /* whether a directive applies here */
} corsac_dir;

/*
 * The module's data about one request. The first four members are kept with the first request of a chain of internal
 * redirects.
 */
typedef struct {
  corsac_request request;
  corsac_decision decision;
  const corsac_policy *policy;           /* the policy that made the decision */
  const corsac_policy *logged;           /* the policy whose decision was logged */
  const corsac_dir *came;                /* the settings in force when the request came */
  const corsac_dir *located;             /* the settings for its URL, before that is mapped to a file */
  const corsac_dir *found_by_subrequest; /* the settings in force if httpd itself does not find them */
  request_rec *outer;                    /* the request of this subrequest, while its URL is translated */
  int finding;                           /* whether such a subrequest is running */
  const char *method;                    /* as the client sent it; NULL if the head was not read to the end */
  int decoding;                          /* whether all quick handlers have declined, and httpd decodes the URL */
  int mapping;                           /* whether httpd has begun to look for the file */
  int walked;                            /* whether httpd has found everything that is in force */
} corsac_state;

/* --- which policy is in force (corsac_policy_in_force.c) --- */

/*
 * The policy for requests for which some policy may be in force, but it cannot be known which. No origin may read, and
 * the application's CORS headers are removed.
 */
extern corsac_dir corsac_nobody;

/* The first request of a chain of internal redirects. */
request_rec *corsac_first_of(request_rec *r);

corsac_state *corsac_state_of(request_rec *r);

/*
 * An error document is sent under the policy of the request that failed. After any other redirect, the policy is that of the
 * target.
 */
const corsac_dir *corsac_dir_of(request_rec *r);

/* Is called while the configuration is read, for each section that has a policy. */
void corsac_note_section(cmd_parms *command);

/* Hooks that record how far httpd has come. */
int corsac_note_read(request_rec *r, int lookup);
int corsac_note_decoding(request_rec *r, int lookup);
int corsac_note_location(request_rec *r);
int corsac_note_mapping(request_rec *r);
int corsac_note_walk(request_rec *r);

/* Is called before the configuration is read. */
int corsac_prepare(apr_pool_t *pool, apr_pool_t *log, apr_pool_t *temporary);

apr_status_t corsac_free_policy(void *policy);

/* --- responses (corsac_response_headers.c) --- */

/* Puts a decision's headers on the response. */
void corsac_apply(request_rec *r, const corsac_decision *decision);

#endif
