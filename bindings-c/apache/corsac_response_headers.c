/* The callbacks with which `corsac_decision_apply` reads and changes httpd's tables of a response's headers. */
#include "mod_corsac.h"

#include <apr_strings.h>
#include <apr_tables.h>
#include <http_log.h>
#include <http_protocol.h>

APLOG_USE_MODULE(corsac);

typedef struct { corsac_take_value take; void *to; } values_taker;

static int take_value(void *taker, const char *name, const char *value) {
  const values_taker *values = taker;
  (void)name;
  values->take(corsac_slice_from(value), values->to);
  return 1;
}

static bool values_of(corsac_slice name, corsac_take_value take, void *to, void *request) {
  request_rec *r = request;
  values_taker taker = {take, to};
  apr_table_do(take_value, &taker, r->headers_out, name.ptr, NULL);
  apr_table_do(take_value, &taker, r->err_headers_out, name.ptr, NULL);
  return true;
}

static bool remove_lines(corsac_slice name, void *request) {
  request_rec *r = request;
  apr_table_unset(r->headers_out, name.ptr);
  apr_table_unset(r->err_headers_out, name.ptr);
  return true;
}

static bool append_line(corsac_slice name, corsac_slice value, void *request) {
  request_rec *r = request;
  apr_table_add(r->headers_out, name.ptr, value.ptr);
  return true;
}

static bool set_line(corsac_slice name, corsac_slice value, void *request) {
  request_rec *r = request;
  remove_lines(name, r);
  /* httpd keeps the type outside the tables. */
  if (strcmp(name.ptr, "content-type") != 0) return append_line(name, value, r);
  ap_set_content_type(r, apr_pstrdup(r->pool, value.ptr));
  return true;
}

void corsac_apply(request_rec *r, const corsac_decision *decision) {
  corsac_response_headers headers = {
      .size = sizeof headers,
      .user = r,
      .values = values_of,
      .remove = remove_lines,
      .set = set_line,
      .append = append_line,
  };
  corsac_status status = corsac_decision_apply(decision, &headers);
  if (status == CORSAC_OK) return;
  ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "corsac: headers not set: %s", corsac_status_name(status));
  /* Headers that are half changed, or that only the application has set, must not be sent. */
  apr_table_clear(r->headers_out);
  apr_table_clear(r->err_headers_out);
}
