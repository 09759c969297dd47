/* One policy, one request, and the headers to send:
 * cc quickstart.c $(pkg-config --cflags --libs corsac) -o quickstart && ./quickstart */
#include <corsac.h>
#include <stdio.h>
#include <string.h>

static const char POLICY[] =
    "{\"allow_origins\": [\"https://app.example.com\"], \"allow_headers\": [\"X-Token\"], \"allow_credentials\": true}";

int main(void) {
  /* Once: build the policy. It is immutable, and any thread may use it. */
  corsac_policy *policy;
  corsac_error *error;
  if (corsac_policy_from_json(POLICY, strlen(POLICY), &policy, &error) != CORSAC_OK) {
    fprintf(stderr, "%s\n", corsac_error_message(error).ptr);
    corsac_error_free(error);
    return 1;
  }

  /* For each request: fill in what it has. Headers that it does not have stay absent. */
  corsac_request request = {.size = sizeof request};
  request.method = corsac_slice_from("OPTIONS");
  request.origin = corsac_slice_from("https://app.example.com");
  request.access_control_request_method = corsac_slice_from("POST");
  request.access_control_request_headers = corsac_slice_from("x-token");

  /* A decision is a refusal until it is filled, so forgetting to check the status is safe. */
  corsac_decision decision = {.size = sizeof decision};
  corsac_status status = corsac_policy_evaluate(policy, &request, &decision);
  if (status != CORSAC_OK) fprintf(stderr, "corsac: %s\n", corsac_status_name(status));

  /* CORSAC_RESPOND: send this. CORSAC_CONTINUE: run the application and put the headers on its response. */
  static const char *const ops[] = {"set", "add", "merge", "remove", "default"};
  printf("%s: ", corsac_reason_name(decision.reason));
  if (decision.action == CORSAC_RESPOND) printf("respond %d\n", decision.status);
  else printf("continue\n");
  for (size_t i = 0; i < decision.header_count; i++) {
    const corsac_header *header = &decision.headers[i];
    printf("  %-7s %s: %.*s\n", ops[header->op], header->name.ptr, (int)header->value.len, header->value.ptr);
  }

  corsac_policy_free(policy);
  return 0;
}
