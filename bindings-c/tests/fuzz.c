/*
 * The fuzz target: any bytes become a request, buffers, and a policy, or choose one of a few good policies.
 * Whatever they are, every call returns, headers are clean, and nothing is granted that the policy does not allow.
 */
#include <corsac.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOLDS(condition) \
  do { \
    if (!(condition)) { \
      fprintf(stderr, "fuzz: %s:%d: %s\n", __FILE__, __LINE__, #condition); \
      abort(); \
    } \
  } while (0)

static const char *const POLICIES[] = {
    "{\"allow_origins\": [\"*\"], \"allow_headers\": [\"*\"], \"allow_methods\": [\"*\"]}",
    "{\"allow_origins\": [\"https://app.example.com\"], \"allow_credentials\": true, \"allow_headers\": [\"*\"], "
    "\"allow_methods\": [\"*\"]}",
    "{\"allow_origins\": [\"https://*.example.com\", \"https://a-*.example.com\", \"http://localhost:*\", \"app://x\"]}",
    "{\"allow_origins\": [], \"allow_origin_regex\": [\"https://[a-z]+[.]example[.]com\"]}",
    "{\"allow_origins\": [\"https://app.example.com\", \"null\"], \"dangerously_allow\": [\"null-origin\"], "
    "\"allow_private_network\": true, \"preflight_status\": 200, \"keep_app_headers\": true}",
    "{\"allow_origins\": [\"https://app.example.com\"], \"allow_credentials\": true, \"protection\": {\"writes\": \"reject\", "
    "\"websockets\": \"reject\", \"trusted_origins\": [\"https://*.example.net\"]}, \"routes\": [{\"path\": \"/a/{b}/c\", "
    "\"allow_credentials\": false, \"protection\": {}}, {\"path\": \"/a/{*rest}\", \"allow_origins\": [\"https://b.example\"]}, "
    "{\"path\": \"/r\", \"protection\": {\"writes\": \"reject\", \"report_only\": true}}]}",
};
enum { POLICY_COUNT = sizeof POLICIES / sizeof *POLICIES };

/* The next piece of the input: one byte with the length, then that many bytes. It is copied, so that reads past its end
 * are noticed. */
typedef struct { const uint8_t *data; size_t size; } input;

static corsac_slice take(input *from) {
  corsac_slice piece = {NULL, 0};
  if (from->size == 0 || from->data[0] == 0xff) {
    if (from->size > 0) from->data++, from->size--;
    return piece; /* absent */
  }
  size_t length = from->data[0];
  from->data++, from->size--;
  if (length > from->size) length = from->size;
  char *copy = malloc(length == 0 ? 1 : length);
  HOLDS(copy != NULL);
  memcpy(copy, from->data, length);
  from->data += length, from->size -= length;
  return (corsac_slice){copy, length};
}

static void give_back(corsac_slice piece) { free((char *)piece.ptr); }

static bool is_in(corsac_slice needle, corsac_slice hay) {
  return needle.ptr >= hay.ptr && needle.ptr + needle.len <= hay.ptr + hay.len;
}

static corsac_predicate_answer answer(corsac_slice origin, const corsac_request *request, void *user) {
  HOLDS(is_in(origin, request->origin));
  return (corsac_predicate_answer)(*(const uint8_t *)user & 3);
}

/* A host in which every header has two lines. Their values are the request's Access-Control-Request-Headers and its
 * path. At most one of the host's calls fails. */
struct host { const corsac_request *request; unsigned calls, fails_at; };

static bool values(corsac_slice name, corsac_take_value take_value, void *to, void *user) {
  struct host *host = user;
  HOLDS(name.ptr[name.len] == '\0');
  take_value(host->request->access_control_request_headers, to);
  take_value(host->request->path, to);
  return ++host->calls != host->fails_at;
}

static bool remove_lines(corsac_slice name, void *user) {
  struct host *host = user;
  HOLDS(name.ptr[name.len] == '\0');
  return ++host->calls != host->fails_at;
}

static bool set(corsac_slice name, corsac_slice value, void *user) {
  HOLDS(strlen(value.ptr) <= value.len && value.ptr[value.len] == '\0');
  return remove_lines(name, user);
}

static void apply(const corsac_request *request, const corsac_decision *decision, uint8_t say) {
  struct host host = {.request = request, .fails_at = say & 15};
  corsac_response_headers headers = {.size = sizeof headers, .user = &host, .values = values, .remove = remove_lines,
                                     .set = set, .append = set, .keep_app_headers = say & 16};
  corsac_status status = corsac_decision_apply(decision, &headers);
  bool failed = host.fails_at > 0 && host.calls == host.fails_at;
  HOLDS(status == (failed ? CORSAC_CALLBACK : CORSAC_OK));
}

static void check(const corsac_request *request, const corsac_decision *decision, corsac_status status) {
  HOLDS(status == (request->method.ptr == NULL ? CORSAC_NULL : CORSAC_OK));
  HOLDS(decision->header_count <= CORSAC_MAX_HEADERS);
  HOLDS(decision->action == CORSAC_RESPOND || decision->action == CORSAC_CONTINUE);
  HOLDS((decision->action == CORSAC_RESPOND) == (decision->status != 0));
  HOLDS(decision->reported == CORSAC_REASON_NONE || decision->reported >= CORSAC_REASON_WRITE_REFUSED);
  HOLDS(decision->body.ptr[decision->body.len] == '\0');
  for (size_t i = 0; i < decision->header_count; i++) {
    const corsac_header *header = &decision->headers[i];
    HOLDS(header->name.len > 0 && header->name.ptr[header->name.len] == '\0');
    HOLDS(header->op >= CORSAC_OP_SET && header->op <= CORSAC_OP_DEFAULT);
    for (size_t at = 0; at < header->value.len; at++) {
      unsigned char byte = (unsigned char)header->value.ptr[at];
      HOLDS(byte == '\t' || (byte >= ' ' && byte < 0x7f));
    }
    if (header->op == CORSAC_OP_MERGE) {
      char merged[4096];
      size_t length = 0;
      corsac_slice lines[] = {request->access_control_request_headers, request->path};
      corsac_status fits = corsac_vary_merge(lines, 2, header->value, merged, sizeof merged, &length);
      HOLDS(fits == CORSAC_OK && merged[length] == '\0');
    }
  }
}

static void *allocate(size_t size, void *block) { return *(void **)block = malloc(size); }

static void evaluate(const corsac_policy *policy, input rest) {
  uint8_t say = rest.size > 0 ? rest.data[0] : 0;
  corsac_request request = {.size = sizeof request};
  corsac_slice *fields[] = {&request.method, &request.origin, &request.access_control_request_method,
                           &request.access_control_request_headers, &request.access_control_request_private_network,
                           &request.path, &request.host, &request.sec_fetch_site, &request.upgrade,
                           &request.sec_websocket_key, &request.authority};
  enum { FIELDS = sizeof fields / sizeof *fields };
  for (size_t i = 0; i < FIELDS; i++) *fields[i] = take(&rest);
  request.path_decoded = say & 4, request.secure = say & 8, request.websocket = say & 16;
  corsac_slice name = take(&rest), value = take(&rest), held[FIELDS];
  for (size_t i = 0; i < FIELDS; i++) held[i] = *fields[i];

  corsac_decision decision = {.size = sizeof decision};
  corsac_status status = corsac_policy_evaluate_with(policy, &request, answer, &say, &decision);
  check(&request, &decision, status);
  apply(&request, &decision, say);
  void *block = NULL;
  if (name.ptr != NULL && value.ptr != NULL) {
    HOLDS(corsac_request_add_header(&request, name, value, allocate, &block) == CORSAC_OK);
    check(&request, &decision, corsac_policy_evaluate_with(policy, &request, answer, &say, &decision));
  }
  free(block);
  for (size_t i = 0; i < FIELDS; i++) give_back(held[i]);
  give_back(name), give_back(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static corsac_policy *policies[POLICY_COUNT];
  corsac_policy_options options = {.size = sizeof options, .has_predicate = true};
  if (size == 0) return 0;
  if (data[0] >= 0xf0) { /* the rest is a policy */
    corsac_policy *policy = NULL;
    corsac_error *error = NULL;
    corsac_status status = data[0] & 1 ? corsac_policy_from_toml((const char *)data + 1, size - 1, &policy, &error)
                                       : corsac_policy_from_json((const char *)data + 1, size - 1, &policy, &error);
    HOLDS((status == CORSAC_OK) == (policy != NULL) && (status == CORSAC_CONFIG) == (error != NULL));
    corsac_issue issue = {.size = sizeof issue};
    for (size_t i = 0; i < corsac_error_count(error); i++) HOLDS(corsac_error_issue(error, i, &issue) == CORSAC_OK);
    corsac_error_free(error);
    corsac_policy_free(policy);
    return 0;
  }
  size_t place = data[0] % POLICY_COUNT;
  if (policies[place] == NULL) {
    const char *json = POLICIES[place];
    /* The first policy allows any origin, so it cannot have a predicate. */
    HOLDS(corsac_policy_from_json_with(place == 0 ? NULL : &options, json, strlen(json), &policies[place], NULL) == CORSAC_OK);
  }
  evaluate(policies[place], (input){data + 1, size - 1});
  return 0;
}
