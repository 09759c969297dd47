/* The header as C++17: it compiles without other headers, and a policy works with a smart pointer. */
#include <corsac.h>

#include <cstdio>
#include <memory>
#include <string_view>

struct Free {
  void operator()(corsac_policy *policy) const { corsac_policy_free(policy); }
};

static corsac_slice slice(std::string_view text) { return {text.data(), text.size()}; }

int main() {
  constexpr std::string_view json = R"({"allow_origins": ["https://app.example.com"]})";
  corsac_policy *raw = nullptr;
  if (corsac_policy_from_json(json.data(), json.size(), &raw, nullptr) != CORSAC_OK) return 1;
  const std::unique_ptr<corsac_policy, Free> policy(raw);

  corsac_request request{};
  request.size = sizeof request;
  request.method = slice("GET");
  request.origin = slice("https://app.example.com");
  corsac_decision decision{};
  decision.size = sizeof decision;
  const corsac_status status = corsac_policy_evaluate(policy.get(), &request, &decision);
  const bool good = status == CORSAC_OK && decision.action == CORSAC_CONTINUE &&
                    decision.reason == CORSAC_REASON_ORIGIN_ALLOWED &&
                    std::string_view(corsac_version()) == CORSAC_VERSION;
  std::printf("header.cpp: %d passed, %d failed\n", good, !good);
  return good ? 0 : 1;
}
