/* A decision's headers on nginx's list of them. */
#include "ngx_http_corsac.h"

enum { MOST_LINES = 16 };

/* nginx's own convention: a line whose hash is 0 is not sent. */
static ngx_uint_t ngx_http_corsac_is(const ngx_table_elt_t *line, const corsac_slice *name) {
  return line->hash != 0 && line->key.len == name->len &&
         ngx_strncasecmp(line->key.data, (u_char *)name->ptr, name->len) == 0;
}

/* Goes through the lines of a name: counts them, collects the first values, and takes them off if told so. */
static ngx_uint_t ngx_http_corsac_lines(ngx_http_request_t *r, const corsac_slice *name, corsac_slice *values, ngx_uint_t off) {
  ngx_uint_t count = 0;
  for (ngx_list_part_t *part = &r->headers_out.headers.part; part != NULL; part = part->next) {
    ngx_table_elt_t *line = part->elts;
    for (ngx_uint_t i = 0; i < part->nelts; i++) {
      if (!ngx_http_corsac_is(&line[i], name)) continue;
      if (values != NULL && count < MOST_LINES) values[count] = (corsac_slice){(char *)line[i].value.data, line[i].value.len};
      if (off) line[i].hash = 0;
      count++;
    }
  }
  return count;
}

static ngx_int_t ngx_http_corsac_add(ngx_http_request_t *r, const corsac_slice *name, const corsac_slice *value) {
  ngx_table_elt_t *line = ngx_list_push(&r->headers_out.headers);
  if (line == NULL) return NGX_ERROR;
  ngx_memzero(line, sizeof *line);
  /* Names are static, and lower case already. */
  line->key = (ngx_str_t){name->len, (u_char *)name->ptr};
  line->lowcase_key = line->key.data;
  line->value = (ngx_str_t){value->len, (u_char *)value->ptr};
  line->hash = 1;
  return NGX_OK;
}

static ngx_int_t ngx_http_corsac_merge_into(ngx_http_request_t *r, const corsac_slice *lines, ngx_uint_t count,
                                            corsac_slice *value) {
  size_t length = 0, room = value->len + 2;
  for (ngx_uint_t i = 0; i < count; i++) room += lines[i].len + 2;
  char *merged = ngx_pnalloc(r->pool, room);
  if (merged == NULL || corsac_vary_merge(lines, count, *value, merged, room, &length) != CORSAC_OK) return NGX_ERROR;
  *value = (corsac_slice){merged, length};
  return NGX_OK;
}

/* Merges what the response names already, and what nginx itself would name in a line of its own as it is sent. */
static ngx_int_t ngx_http_corsac_merge(ngx_http_request_t *r, const corsac_header *header) {
  corsac_slice lines[MOST_LINES], value = header->value;
  ngx_http_core_loc_conf_t *core = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
  ngx_uint_t count = ngx_http_corsac_lines(r, &header->name, lines, 0);
  /* So many lines are left as they are, and ours is one more. */
  if (count > MOST_LINES) return ngx_http_corsac_add(r, &header->name, &value);

  if (r->gzip_vary && core->gzip_vary) {
    corsac_slice encoding = corsac_slice_from("Accept-Encoding");
    if (ngx_http_corsac_merge_into(r, lines, count, &encoding) != NGX_OK) return NGX_ERROR;
    lines[0] = encoding;
    count = ngx_max(count, 1);
    if (ngx_http_corsac_merge_into(r, lines, 1, &value) != NGX_OK) return NGX_ERROR;
    r->gzip_vary = 0;
  } else if (count > 0 && ngx_http_corsac_merge_into(r, lines, count, &value) != NGX_OK) {
    return NGX_ERROR;
  }
  ngx_http_corsac_lines(r, &header->name, NULL, 1);
  return ngx_http_corsac_add(r, &header->name, &value);
}

/* nginx keeps the type and the length outside the list. */
static ngx_uint_t ngx_http_corsac_is_field(const corsac_slice *name) {
  static const char *const fields[] = {"content-type", "content-length"};
  for (ngx_uint_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    if (ngx_strlen(fields[i]) == name->len && ngx_memcmp(fields[i], name->ptr, name->len) == 0) return i + 1;
  }
  return 0;
}

void ngx_http_corsac_become(ngx_http_request_t *r, const corsac_decision *decision) {
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
    if (ngx_http_corsac_is_field(&header->name) != 1) continue;
    ngx_str_t type = {header->value.len, (u_char *)header->value.ptr};
    u_char *parameters = ngx_strlchr(type.data, type.data + type.len, ';');
    r->headers_out.content_type = type;
    /* Up to its parameters, so that nginx adds no charset of its own and finds the type in its lists. */
    r->headers_out.content_type_len = parameters != NULL ? (size_t)(parameters - type.data) : type.len;
  }
}

ngx_int_t ngx_http_corsac_apply(ngx_http_request_t *r, const ngx_http_corsac_ctx_t *ctx, const corsac_decision *decision) {
  ngx_uint_t kept = 0;
  for (size_t i = 0; i < decision->header_count; i++) {
    const corsac_header *header = &decision->headers[i];
    ngx_uint_t keep = !ctx->conf->hide_upstream && !ctx->answered;
    if (ngx_http_corsac_is_field(&header->name)) continue;
    switch (header->op) {
    case CORSAC_OP_REMOVE:
      if (!keep) ngx_http_corsac_lines(r, &header->name, NULL, 1);
      continue;
    case CORSAC_OP_MERGE:
      if (ngx_http_corsac_merge(r, header) != NGX_OK) return NGX_ERROR;
      continue;
    case CORSAC_OP_SET:
      if (!keep) {
        ngx_http_corsac_lines(r, &header->name, NULL, 1);
        break;
      } /* fall through */
    case CORSAC_OP_DEFAULT:
      kept = kept || ngx_http_corsac_lines(r, &header->name, NULL, 0) > 0;
      if (kept) continue;
      break;
    case CORSAC_OP_ADD:
      if (kept) continue;
      break;
    }
    if (ngx_http_corsac_add(r, &header->name, &header->value) != NGX_OK) return NGX_ERROR;
  }
  return NGX_OK;
}
