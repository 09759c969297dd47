/* Functions that need no policy: merging, names, the version. */
#include "abi.h"

#include <stdlib.h>

void test_vary(void) {
  corsac_slice lines[] = {corsac_slice_from("Accept-Encoding"), {NULL, 0}, corsac_slice_from("Cookie")};
  corsac_slice decision = corsac_slice_from("Origin");
  const char *merged = "Accept-Encoding, Cookie, Origin";
  size_t length = 0;
  CHECK(corsac_vary_merge(lines, 3, decision, NULL, 0, &length) == CORSAC_BAD_SIZE && length == strlen(merged));

  /* On the heap, so that valgrind notices a read or write past the end. */
  char *buffer = malloc(length + 1);
  CHECK(buffer != NULL);
  if (buffer == NULL) return;
  memset(buffer, 'x', length + 1);
  CHECK(corsac_vary_merge(lines, 3, decision, buffer, length, &length) == CORSAC_BAD_SIZE);
  CHECK(buffer[0] == '\0' && buffer[1] == 'x');
  CHECK(corsac_vary_merge(lines, 3, decision, buffer, length + 1, &length) == CORSAC_OK);
  CHECK(length == strlen(merged) && strcmp(buffer, merged) == 0);
  free(buffer);

  char small[16];
  CHECK(corsac_vary_merge(NULL, 0, decision, small, sizeof small, &length) == CORSAC_OK);
  CHECK(length == 6 && strcmp(small, "Origin") == 0);
  lines[0] = corsac_slice_from("*");
  CHECK(corsac_vary_merge(lines, 1, decision, small, sizeof small, &length) == CORSAC_OK && strcmp(small, "*") == 0);
  /* The result may overwrite one of the lines. */
  strcpy(small, "Accept");
  lines[0] = corsac_slice_from(small);
  CHECK(corsac_vary_merge(lines, 1, decision, small, sizeof small, &length) == CORSAC_OK);
  CHECK(strcmp(small, "Accept, Origin") == 0);
  CHECK(corsac_vary_merge(NULL, 0, corsac_slice_from(""), small, 1, &length) == CORSAC_OK);
  CHECK(length == 0 && small[0] == '\0');
}

void test_names(void) {
  static const char *const statuses[] = {"ok", "null", "bad-size", "config", "io", "panic", "memory", "callback", "invalid", "exchange"};
  for (int i = 0; i < 10; i++) CHECK(strcmp(corsac_status_name((corsac_status)i), statuses[i]) == 0);
  CHECK(strcmp(corsac_status_name((corsac_status)10), "unknown") == 0);
  CHECK(strcmp(corsac_status_name((corsac_status)-1), "unknown") == 0);

  CHECK(strcmp(corsac_reason_name(CORSAC_REASON_NONE), "none") == 0);
  CHECK(strcmp(corsac_reason_name(CORSAC_REASON_NO_ORIGIN), "no-origin") == 0);
  CHECK(strcmp(corsac_reason_name(CORSAC_REASON_WEBSOCKET_REFUSED), "websocket-refused") == 0);
  CHECK(strcmp(corsac_reason_name((corsac_reason)-2), "unknown") == 0);
  CHECK(strcmp(corsac_reason_name((corsac_reason)1000), "unknown") == 0);
  for (int i = CORSAC_REASON_NO_ORIGIN; i <= CORSAC_REASON_WEBSOCKET_REFUSED; i++) {
    CHECK(strcmp(corsac_reason_name((corsac_reason)i), "unknown") != 0);
  }

  /* The help is never NULL. It is empty if there is nothing to change. */
  for (int i = -2; i <= CORSAC_REASON_WEBSOCKET_REFUSED + 1; i++) CHECK(corsac_reason_help((corsac_reason)i) != NULL);
  CHECK(strstr(corsac_reason_help(CORSAC_REASON_ORIGIN_NOT_ALLOWED), "`allow_origins`") != NULL);
  CHECK(strstr(corsac_reason_help(CORSAC_REASON_WRITE_REFUSED), "`trusted_origins`") != NULL);
  CHECK(strstr(corsac_reason_help(CORSAC_REASON_WEBSOCKET_REFUSED), "connect") != NULL);
  static const corsac_reason fine[] = {CORSAC_REASON_NONE, CORSAC_REASON_NO_ORIGIN, CORSAC_REASON_ANY_ORIGIN,
                                       CORSAC_REASON_ORIGIN_ALLOWED, CORSAC_REASON_PREFLIGHT_ALLOWED, (corsac_reason)1000};
  for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) CHECK(corsac_reason_help(fine[i])[0] == '\0');

  char version[32];
  snprintf(version, sizeof version, "%d.%d.%d", CORSAC_VERSION_MAJOR, CORSAC_VERSION_MINOR, CORSAC_VERSION_PATCH);
  CHECK(strcmp(version, CORSAC_VERSION) == 0);
  CHECK(strcmp(corsac_version(), CORSAC_VERSION) == 0);
  CHECK(CORSAC_VERSION_NUMBER ==
        CORSAC_VERSION_MAJOR * 1000000 + CORSAC_VERSION_MINOR * 1000 + CORSAC_VERSION_PATCH);
}
