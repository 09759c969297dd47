/* Refusals in the error log. */
#include "ngx_http_corsac.h"

/*
 * A longer origin is cut, because nginx cuts a line at 2,048 bytes, and the client and the request come after the message.
 */
enum { LONGEST = 160, ESCAPED = sizeof "\\xff" - 1 };

/*
 * Writes a client's text as one line, whatever bytes it contains, and without backticks, since a backtick would end the quoted
 * text in the message.
 */
static u_char *ngx_http_corsac_escape(u_char *to, const corsac_slice *text) {
  size_t length = ngx_min(text->len, LONGEST);
  for (size_t i = 0; i < length; i++) {
    u_char byte = (u_char)text->ptr[i];
    if (byte < ' ' || byte > '~' || byte == '`' || byte == '\\') {
      to = ngx_sprintf(to, "\\x%02xd", (u_int)byte);
    } else {
      *to++ = byte;
    }
  }
  return length < text->len ? ngx_cpymem(to, "...", sizeof "..." - 1) : to;
}

void ngx_http_corsac_log_refusal_at(ngx_http_request_t *r, ngx_http_corsac_ctx_t *ctx) {
  ngx_log_t *log = r->connection->log;
  ngx_uint_t reported = ctx->reported != CORSAC_REASON_NONE;
  ngx_uint_t level = reported ? NGX_LOG_NOTICE : NGX_LOG_INFO;
  if (ctx->logged || log->log_level < level) return;
  const corsac_decision *decision = ngx_http_corsac_decision(r, ctx);
  if (decision == NULL) return;
  corsac_reason reason = corsac_decision_reason_to_log(decision, &ctx->request);
  if (reason == CORSAC_REASON_NONE) return;

  static const char before[] = " for the origin `", after[] = "`";
  u_char origin[sizeof before + LONGEST * ESCAPED + sizeof "..." + sizeof after], *end = origin;
  if (ctx->request.origin.ptr != NULL) {
    end = ngx_cpymem(end, before, sizeof before - 1);
    end = ngx_http_corsac_escape(end, &ctx->request.origin);
    end = ngx_cpymem(end, after, sizeof after - 1);
  }
  ngx_log_error(level, log, 0, "corsac: %s%s%*s; %s", reported ? "only reported: " : "", corsac_reason_name(reason),
                (size_t)(end - origin), origin, corsac_reason_help(reason));
  ctx->logged = 1;
}
