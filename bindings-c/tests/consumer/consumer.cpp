// The same in C++, with a smart pointer that owns the policy.
#include <corsac.h>
#include <memory>
#include <string>

struct free_policy {
  void operator()(corsac_policy *policy) const { corsac_policy_free(policy); }
};

int main() {
  const std::string toml = "allow_origins = [\"https://*.example.com\"]\n";
  corsac_policy *built = nullptr;
  if (corsac_policy_from_toml(toml.data(), toml.size(), &built, nullptr) != CORSAC_OK) return 1;
  std::unique_ptr<corsac_policy, free_policy> policy(built);

  corsac_request request{};
  request.size = sizeof request;
  request.method = corsac_slice_from("GET");
  request.origin = corsac_slice_from("https://app.example.com");
  corsac_decision decision{};
  decision.size = sizeof decision;
  if (corsac_policy_evaluate(policy.get(), &request, &decision) != CORSAC_OK) return 1;
  return decision.reason == CORSAC_REASON_ORIGIN_ALLOWED && decision.action == CORSAC_CONTINUE ? 0 : 1;
}
