/* What the files of the module share. */
#ifndef MOD_CORSAC_H
#define MOD_CORSAC_H

#include <httpd.h>

#include <http_config.h>
#include <http_core.h>

#include <corsac.h>

extern module AP_MODULE_DECLARE_DATA corsac_module;

typedef struct {
  corsac_policy *policy; /* NULL where there is none, or it is switched off */
  int configured;        /* whether a directive is in force here at all */
} corsac_dir;

/* What is known about one request. The first four are kept with the first of a chain of internal redirects. */
typedef struct {
  corsac_request request;
  corsac_decision decision;
  const corsac_policy *policy;           /* whose decision it is */
  const corsac_policy *logged;           /* whose decision the log has */
  const corsac_dir *came;                /* what was in force as the request came */
  const corsac_dir *located;             /* what its URL alone says, before it is mapped to a file */
  const corsac_dir *found_by_subrequest; /* what is in force where httpd itself does not find out */
  request_rec *outer;                    /* whose subrequest this is, while its URL is translated */
  int finding;                           /* whether such a subrequest is under way */
  const char *method;                    /* as it came; NULL where the head was not read to the end */
  int decoding;                          /* whether all quick handlers have declined, and httpd decodes the URL */
  int mapping;                           /* whether httpd has begun to look for the file */
  int walked;                            /* whether httpd has found everything that is in force */
} corsac_state;

/* --- which policy is in force (corsac_policy_in_force.c) --- */

/* Where a policy may be in force and which one cannot be known: nobody may read, and the application's headers come off. */
extern corsac_dir corsac_nobody;

/* The first of a chain of internal redirects. */
request_rec *corsac_first_of(request_rec *r);

corsac_state *corsac_state_of(request_rec *r);

/* An error document is sent under the policy of what failed; after other redirects, of where they lead. */
const corsac_dir *corsac_dir_of(request_rec *r);

/* Says, as the configuration is read, that a section has a policy. */
void corsac_note_section(cmd_parms *command);

/* Hooks: they note how far httpd has come. */
int corsac_note_read(request_rec *r, int lookup);
int corsac_note_decoding(request_rec *r, int lookup);
int corsac_note_location(request_rec *r);
int corsac_note_mapping(request_rec *r);
int corsac_note_walk(request_rec *r);

/* Before the configuration is read. */
int corsac_prepare(apr_pool_t *pool, apr_pool_t *log, apr_pool_t *temporary);

apr_status_t corsac_free_policy(void *policy);

/* --- responses (corsac_response_headers.c) --- */

/* Puts a decision's headers on the response. */
void corsac_apply(request_rec *r, const corsac_decision *decision);

#endif
