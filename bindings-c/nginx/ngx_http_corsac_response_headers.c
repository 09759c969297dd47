/* The callbacks with which `corsac_decision_apply` reads and changes nginx's list of a response's headers. */
#include "ngx_http_corsac.h"

typedef struct {
  ngx_http_request_t *request;
  corsac_slice merged; /* the name of the merged header for which nginx writes its own line; or absent */
  uint64_t names;      /* the bits of the names in the list; see `ngx_http_corsac_name_bit` */
  uint64_t asked;      /* the bits of the names that were looked up, whether or not the list had to be searched */
  ngx_uint_t count;    /* how many lines have been added */
  ngx_table_elt_t *added[CORSAC_MAX_HEADERS];
} ngx_http_corsac_response_t;

/*
 * One of 64 bits, which depends on the length of a name and on its first letter in lower case. Most names that a decision
 * removes are not in the list, and if no name there has the same bit, the list need not be searched.
 */
static uint64_t ngx_http_corsac_name_bit(const u_char *name, size_t length) {
  return (uint64_t)1 << ((length + (length > 0 ? name[0] | 0x20 : 0)) % 64);
}

static uint64_t ngx_http_corsac_names(const ngx_list_part_t *part) {
  uint64_t names = 0;
  for (; part != NULL; part = part->next) {
    const ngx_table_elt_t *line = part->elts;
    for (ngx_uint_t i = 0; i < part->nelts; i++) names |= ngx_http_corsac_name_bit(line[i].key.data, line[i].key.len);
  }
  return names;
}

static ngx_uint_t ngx_http_corsac_may_have(ngx_http_corsac_response_t *response, corsac_slice name) {
  uint64_t bit = ngx_http_corsac_name_bit((const u_char *)name.ptr, name.len);
  response->asked |= bit;
  return (response->names & bit) != 0;
}

static ngx_uint_t ngx_http_corsac_is_same(corsac_slice a, corsac_slice b) {
  return a.ptr != NULL && b.ptr != NULL && a.len == b.len && ngx_strncasecmp((u_char *)a.ptr, (u_char *)b.ptr, a.len) == 0;
}

/* The next line with a name, starting at `*part` and `*index`. By nginx's convention, a line whose hash is 0 is not sent. */
static ngx_table_elt_t *ngx_http_corsac_next_line(ngx_list_part_t **part, ngx_uint_t *index, corsac_slice name) {
  for (; *part != NULL; *part = (*part)->next, *index = 0) {
    ngx_table_elt_t *line = (*part)->elts;
    while (*index < (*part)->nelts) {
      ngx_table_elt_t *found = &line[(*index)++];
      if (found->hash != 0 && ngx_http_corsac_is_same((corsac_slice){(char *)found->key.data, found->key.len}, name)) return found;
    }
  }
  return NULL;
}

/* nginx does not add `Vary: Accept-Encoding` to its list, but writes it as a separate line when the response is sent. */
static ngx_uint_t ngx_http_corsac_writes_own_line(const ngx_http_request_t *r) {
  if (!r->gzip_vary) return 0;
  ngx_http_core_loc_conf_t *core = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
  return core->gzip_vary;
}

static ngx_uint_t ngx_http_corsac_has_own_line(const ngx_http_corsac_response_t *response, corsac_slice name) {
  return ngx_http_corsac_writes_own_line(response->request) && ngx_http_corsac_is_same(name, response->merged);
}

/* Joins the lines of the list and nginx's own line into one value, in which no name occurs twice. */
static bool ngx_http_corsac_take_with_own_line(const ngx_http_corsac_response_t *response, corsac_slice name,
                                               corsac_take_value take, void *to) {
  ngx_http_request_t *r = response->request;
  corsac_slice own = corsac_slice_from("Accept-Encoding"), *line;
  ngx_array_t lines;
  if (ngx_array_init(&lines, r->pool, 4, sizeof *line) != NGX_OK) return false;
  size_t length = 0, room = own.len + 2;
  ngx_list_part_t *part = &r->headers_out.headers.part;
  ngx_uint_t index = 0;
  for (ngx_table_elt_t *found; (found = ngx_http_corsac_next_line(&part, &index, name)) != NULL; room += line->len + 2) {
    if ((line = ngx_array_push(&lines)) == NULL) return false;
    *line = ngx_http_corsac_slice(found->value);
  }
  char *merged = ngx_pnalloc(r->pool, room);
  if (merged == NULL || corsac_vary_merge(lines.elts, lines.nelts, own, merged, room, &length) != CORSAC_OK) return false;
  take((corsac_slice){merged, length}, to);
  return true;
}

static bool ngx_http_corsac_values(corsac_slice name, corsac_take_value take, void *to, void *user) {
  ngx_http_corsac_response_t *response = user;
  if (ngx_http_corsac_has_own_line(response, name)) return ngx_http_corsac_take_with_own_line(response, name, take, to);
  if (!ngx_http_corsac_may_have(response, name)) return true;
  ngx_list_part_t *part = &response->request->headers_out.headers.part;
  ngx_uint_t index = 0;
  for (ngx_table_elt_t *line; (line = ngx_http_corsac_next_line(&part, &index, name)) != NULL;) {
    take(ngx_http_corsac_slice(line->value), to);
  }
  return true;
}

static bool ngx_http_corsac_remove(corsac_slice name, void *user) {
  ngx_http_corsac_response_t *response = user;
  if (!ngx_http_corsac_may_have(response, name)) return true;
  ngx_list_part_t *part = &response->request->headers_out.headers.part;
  ngx_uint_t index = 0;
  for (ngx_table_elt_t *line; (line = ngx_http_corsac_next_line(&part, &index, name)) != NULL;) line->hash = 0;
  return true;
}

static bool ngx_http_corsac_append(corsac_slice name, corsac_slice value, void *user) {
  ngx_http_corsac_response_t *response = user;
  u_char *text = ngx_pnalloc(response->request->pool, value.len);
  if (text == NULL) return false;
  ngx_table_elt_t *line = ngx_list_push(&response->request->headers_out.headers);
  if (line == NULL) return false;
  ngx_memcpy(text, value.ptr, value.len);
  ngx_memzero(line, sizeof *line);
  /* Names are static, and lower case already. */
  line->key = (ngx_str_t){name.len, (u_char *)name.ptr};
  line->lowcase_key = line->key.data;
  line->value = (ngx_str_t){value.len, text};
  line->hash = 1;
  response->names |= ngx_http_corsac_name_bit((const u_char *)name.ptr, name.len);
  if (response->count < CORSAC_MAX_HEADERS) response->added[response->count] = line;
  response->count++;
  return true;
}

/* nginx keeps the type and the length outside the list. `ngx_http_corsac_start_response` sets them. */
enum { IN_LIST, TYPE, LENGTH };
static ngx_uint_t ngx_http_corsac_storage_of(corsac_slice name) {
  static const corsac_slice type = {"content-type", sizeof "content-type" - 1}, length = {"content-length", sizeof "content-length" - 1};
  if (ngx_http_corsac_is_same(name, type)) return TYPE;
  return ngx_http_corsac_is_same(name, length) ? LENGTH : IN_LIST;
}

static bool ngx_http_corsac_set(corsac_slice name, corsac_slice value, void *user) {
  ngx_http_corsac_response_t *response = user;
  if (ngx_http_corsac_storage_of(name) != IN_LIST) return true;
  /* nginx's own line was one of the values that were merged. */
  if (ngx_http_corsac_has_own_line(response, name)) response->request->gzip_vary = 0;
  return ngx_http_corsac_remove(name, user) && ngx_http_corsac_append(name, value, user);
}

/* Adds the remembered lines. */
static ngx_int_t ngx_http_corsac_add_lines(ngx_http_request_t *r, const ngx_http_corsac_lines_t *lines) {
  /* The request may outlive the memory. */
  u_char *values = ngx_pnalloc(r->pool, lines->length);
  if (values == NULL) return NGX_ERROR;
  ngx_memcpy(values, lines->values, lines->length);
  for (ngx_uint_t i = 0; i < lines->count; i++) {
    ngx_table_elt_t *line = ngx_list_push(&r->headers_out.headers);
    if (line == NULL) return NGX_ERROR;
    *line = lines->lines[i];
    line->value.data = values + (line->value.data - lines->values);
  }
  return NGX_OK;
}

/* Puts the decision's headers on any response, and remembers the lines if none of the response's own was involved. */
static ngx_int_t ngx_http_corsac_make_lines(ngx_http_request_t *r, ngx_flag_t hide, const corsac_decision *decision,
                                            uint64_t names, ngx_http_corsac_lines_t *remembered) {
  ngx_http_corsac_response_t response = {.request = r, .names = names};
  for (size_t i = 0; i < decision->header_count; i++) {
    if (decision->headers[i].op == CORSAC_OP_MERGE) response.merged = decision->headers[i].name;
  }
  corsac_response_headers headers = {
      .size = sizeof headers,
      .user = &response,
      .values = ngx_http_corsac_values,
      .remove = ngx_http_corsac_remove,
      .set = ngx_http_corsac_set,
      .append = ngx_http_corsac_append,
      .keep_app_headers = !hide,
  };
  corsac_status status = corsac_decision_apply(decision, &headers);
  if (status != CORSAC_OK) {
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "corsac: headers not set: %s", corsac_status_name(status));
    return NGX_ERROR;
  }
  if (remembered == NULL || (response.asked & names) != 0 || response.count > CORSAC_MAX_HEADERS) return NGX_OK;
  remembered->hide = hide;
  remembered->asked = response.asked;
  ngx_http_corsac_remember_lines(remembered, response.added, response.count);
  return NGX_OK;
}

ngx_int_t ngx_http_corsac_apply(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx) {
  const corsac_decision *decision = ngx_http_corsac_decision(r, ctx);
  if (decision == NULL) return NGX_ERROR;
  ngx_flag_t hide = ctx->conf->hide_upstream;
  uint64_t names = ngx_http_corsac_names(&r->headers_out.headers.part);
  ngx_uint_t remembers = ctx->memory != NULL && ctx->memory->repeated && !ngx_http_corsac_writes_own_line(r);
  ngx_http_corsac_lines_t *lines = remembers ? &ctx->memory->lines : NULL;
  if (lines != NULL && lines->known && lines->hide == hide && (lines->asked & names) == 0) {
    return ngx_http_corsac_add_lines(r, lines);
  }
  return ngx_http_corsac_make_lines(r, hide, decision, names, lines);
}

void ngx_http_corsac_start_response(ngx_http_request_t *r, const corsac_decision *decision) {
  r->err_status = 0;
  r->headers_out.status = decision->status;
  r->headers_out.status_line.len = 0;
  r->headers_out.content_length_n = (off_t)decision->body.len;
  if (r->headers_out.content_length != NULL) r->headers_out.content_length->hash = 0;
  r->headers_out.content_length = NULL;
  ngx_str_null(&r->headers_out.content_type);
  r->headers_out.content_type_len = 0;
  r->headers_out.content_type_lowcase = NULL;
  ngx_str_null(&r->headers_out.charset);
  for (size_t i = 0; i < decision->header_count; i++) {
    const corsac_header *header = &decision->headers[i];
    if (ngx_http_corsac_storage_of(header->name) != TYPE) continue;
    ngx_str_t type = {header->value.len, (u_char *)header->value.ptr};
    u_char *parameters = ngx_strlchr(type.data, type.data + type.len, ';');
    r->headers_out.content_type = type;
    /* The length without parameters, so that nginx adds no charset of its own and finds the type in its lists. */
    r->headers_out.content_type_len = parameters != NULL ? (size_t)(parameters - type.data) : type.len;
  }
}
