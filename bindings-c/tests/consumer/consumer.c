/* The smallest program that shows that a build links and runs. */
#include <corsac.h>
#include <string.h>

int main(void) {
  static const char json[] = "{\"allow_origins\": [\"https://app.example.com\"]}";
  corsac_policy *policy = NULL;
  if (corsac_policy_from_json(json, sizeof json - 1, &policy, NULL) != CORSAC_OK) return 1;
  corsac_request request = {.size = sizeof request};
  request.method = corsac_slice_from("GET");
  request.origin = corsac_slice_from("https://app.example.com");
  corsac_decision decision = {.size = sizeof decision};
  corsac_status status = corsac_policy_evaluate(policy, &request, &decision);
  corsac_reason reason = decision.reason;
  corsac_policy_free(policy);
  return status == CORSAC_OK && reason == CORSAC_REASON_ORIGIN_ALLOWED && strcmp(corsac_version(), CORSAC_VERSION) == 0 ? 0 : 1;
}
