/* The header as C11: it compiles without other headers, and its numbers and layout are those of the first version. */
#include <corsac.h>

#include <stdio.h>
#include <string.h>

#define LP64 (sizeof(void *) == 8)
#define AT(type, field, offset) _Static_assert(!LP64 || offsetof(type, field) == (offset), #type "." #field)

_Static_assert(CORSAC_OK == 0 && CORSAC_NULL == 1 && CORSAC_BAD_SIZE == 2, "status");
_Static_assert(CORSAC_CONFIG == 3 && CORSAC_IO == 4 && CORSAC_PANIC == 5, "status");
_Static_assert(CORSAC_MEMORY == 6 && CORSAC_CALLBACK == 7 && CORSAC_INVALID == 8 && CORSAC_EXCHANGE == 9, "status");
_Static_assert(CORSAC_RESPOND == 0 && CORSAC_CONTINUE == 1 && CORSAC_ASK == 2, "action");
_Static_assert(CORSAC_OP_SET == 0 && CORSAC_OP_ADD == 1 && CORSAC_OP_MERGE == 2, "op");
_Static_assert(CORSAC_OP_REMOVE == 3 && CORSAC_OP_DEFAULT == 4, "op");
_Static_assert(CORSAC_PREDICATE_DENY == 0 && CORSAC_PREDICATE_ALLOW == 1 && CORSAC_PREDICATE_FAILED == 2, "answer");
_Static_assert(CORSAC_EXPLANATION_JSON == 0 && CORSAC_EXPLANATION_TEXT == 1 && sizeof(corsac_explanation_format) == 4, "format");
_Static_assert(CORSAC_REASON_NONE == -1 && CORSAC_REASON_NO_ORIGIN == 0 && CORSAC_REASON_ANY_ORIGIN == 1, "reason");
_Static_assert(CORSAC_REASON_ORIGIN_ALLOWED == 2 && CORSAC_REASON_ORIGIN_NOT_ALLOWED == 3, "reason");
_Static_assert(CORSAC_REASON_ORIGIN_MALFORMED == 4 && CORSAC_REASON_PREFLIGHT_ALLOWED == 5, "reason");
_Static_assert(CORSAC_REASON_PREFLIGHT_METHOD_NOT_ALLOWED == 6, "reason");
_Static_assert(CORSAC_REASON_PREFLIGHT_HEADER_NOT_ALLOWED == 7, "reason");
_Static_assert(CORSAC_REASON_PREFLIGHT_HEADERS_MALFORMED == 8 && CORSAC_REASON_PATH_AMBIGUOUS == 9, "reason");
_Static_assert(CORSAC_REASON_PREDICATE_FAILED == 10 && CORSAC_REASON_WRITE_REFUSED == 11, "reason");
_Static_assert(CORSAC_REASON_WEBSOCKET_REFUSED == 12, "reason");

_Static_assert(sizeof(corsac_status) == 4 && sizeof(corsac_action) == 4 && sizeof(corsac_op) == 4, "enums");
_Static_assert(sizeof(corsac_reason) == 4 && sizeof(corsac_predicate_answer) == 4, "enums");
_Static_assert(CORSAC_MAX_HEADERS == 16, "headers");

AT(corsac_slice, ptr, 0);
AT(corsac_slice, len, 8);
AT(corsac_request, size, 0);
AT(corsac_request, method, 8);
AT(corsac_request, path, 24);
AT(corsac_request, origin, 40);
AT(corsac_request, access_control_request_method, 56);
AT(corsac_request, access_control_request_headers, 72);
AT(corsac_request, access_control_request_private_network, 88);
AT(corsac_request, host, 104);
AT(corsac_request, sec_fetch_site, 120);
AT(corsac_request, joined, 136);
AT(corsac_request, authority, 144);
AT(corsac_request, upgrade, 160);
AT(corsac_request, sec_websocket_key, 176);
AT(corsac_request, path_decoded, 192);
AT(corsac_request, secure, 193);
AT(corsac_request, websocket, 194);
AT(corsac_header, name, 0);
AT(corsac_header, value, 16);
AT(corsac_header, op, 32);
AT(corsac_decision, size, 0);
AT(corsac_decision, action, 8);
AT(corsac_decision, status, 12);
AT(corsac_decision, reason, 16);
AT(corsac_decision, reported, 20);
AT(corsac_decision, body, 24);
AT(corsac_decision, header_count, 40);
AT(corsac_decision, headers, 48);
AT(corsac_issue, size, 0);
AT(corsac_issue, code, 8);
AT(corsac_issue, field, 24);
AT(corsac_issue, value, 40);
AT(corsac_issue, message, 56);
AT(corsac_issue, help, 72);
AT(corsac_issue, line, 88);
AT(corsac_policy_options, size, 0);
AT(corsac_policy_options, has_predicate, 8);
AT(corsac_response_headers, size, 0);
AT(corsac_response_headers, user, 8);
AT(corsac_response_headers, values, 16);
AT(corsac_response_headers, remove, 24);
AT(corsac_response_headers, set, 32);
AT(corsac_response_headers, append, 40);
AT(corsac_response_headers, keep_app_headers, 48);
_Static_assert(!LP64 || sizeof(corsac_header) == 40, "corsac_header");

int main(void) {
  if (strcmp(corsac_version(), CORSAC_VERSION) != 0) {
    fprintf(stderr, "the header is %s, the library %s\n", CORSAC_VERSION, corsac_version());
    return 1;
  }
  printf("header.c: 1 passed, 0 failed\n");
  return 0;
}
