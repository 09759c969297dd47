/*
 * The last decisions of each policy. If the next request is the same in everything that the policy reads, it is not decided
 * again, and if the next decision has the same headers, their lines are not made again.
 */
#include "ngx_http_corsac.h"

static ngx_uint_t ngx_http_corsac_has_same_headers(const corsac_decision *a, const corsac_decision *b) {
  if (a->action != b->action || a->header_count != b->header_count) return 0;
  for (size_t i = 0; i < a->header_count; i++) {
    const corsac_header *one = &a->headers[i], *other = &b->headers[i];
    if (one->name.ptr != other->name.ptr || one->op != other->op || one->value.len != other->value.len) return 0;
    if (one->value.ptr != other->value.ptr && ngx_memcmp(one->value.ptr, other->value.ptr, one->value.len) != 0) return 0;
  }
  return 1;
}

ngx_http_corsac_memory_t *ngx_http_corsac_recall(ngx_http_corsac_policy_t *policy, const corsac_request *request) {
  size_t kind = request->method.len + (request->origin.ptr != NULL ? request->origin.len : 0);
  ngx_http_corsac_memory_t *memory = &policy->memories[kind % NGX_HTTP_CORSAC_MEMORIES];
  ngx_http_corsac_decided_t *last = &memory->decided[memory->serial % 2], *next = &memory->decided[(memory->serial + 1) % 2];
  if (memory->serial != 0 && corsac_policy_decides_same(policy->policy, &last->request, request)) {
    memory->repeated = 1;
    return memory;
  }
  next->request.size = sizeof next->request;
  next->decision.size = sizeof next->decision;
  if (corsac_request_copy(request, next->texts, sizeof next->texts, &next->request) != CORSAC_OK) return NULL;
  if (corsac_policy_evaluate(policy->policy, &next->request, &next->decision) != CORSAC_OK) return NULL;
  memory->repeated = memory->serial != 0 && ngx_http_corsac_has_same_headers(&last->decision, &next->decision);
  if (!memory->repeated) memory->lines.known = 0;
  memory->serial++;
  return memory;
}

void ngx_http_corsac_remember_lines(ngx_http_corsac_lines_t *to, ngx_table_elt_t *const *lines, ngx_uint_t count) {
  to->known = 0;
  to->count = 0;
  to->length = 0;
  for (ngx_uint_t i = 0; i < count; i++) {
    if (lines[i]->hash == 0) continue;
    ngx_str_t value = lines[i]->value;
    if (to->count == CORSAC_MAX_HEADERS || value.len > sizeof to->values - to->length) return;
    ngx_table_elt_t *line = &to->lines[to->count++];
    *line = *lines[i];
    line->value.data = to->values + to->length;
    ngx_memcpy(line->value.data, value.data, value.len);
    to->length += value.len;
  }
  to->known = 1;
}
