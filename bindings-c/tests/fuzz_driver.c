/* Runs the fuzz target without libFuzzer: random changes of good inputs for some seconds. Usage: fuzz SECONDS [SEED] */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t state;

static uint64_t next(void) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return state;
}

/* Requests, each field with its length before it: method, origin, ACRM, ACRH, ACRPN, path, and one more header line. */
#define SEED(text) {text, sizeof text - 1}
static const struct { const char *data; size_t size; } SEEDS[] = {
    SEED("\1\7OPTIONS\27https://app.example.com\3PUT\16x-one, x-two\t \4true\1/\6origin\1x"),
    SEED("\2\3GET\25https://b.example.com\377\377\377\2/x\36access-control-request-headers\5x-one"),
    SEED("\3\7OPTIONS\25https://abc.example.com\4POST\1,\5false\1/\4host\1x"),
    SEED("\4\7OPTIONS\4null\6DELETE\0\4true\1/"),
    SEED("\0\7OPTIONS\31http://[2001:db8::1]:8080\3*AB\5, , ,"),
    SEED("\5\4POST\23https://evil.example\377\377\377\10/a/b/%63\13api.example\12cross-site\11websocket\1x\1y"),
    SEED("\13\3GET\27https://app.example.com\377\377\377\14/a/../r?x=%0\377\4none\377\377\13api.example"),
    SEED("\2\3PUT\30http://localhost:65535\0\0\0"),
    SEED("\360{\"allow_origins\": [\"https://*.example.com:*\"], \"max_age\": 5, \"allow_headers\": [\"x\"]}"),
    SEED("\361allow_origins = [\"https://a-*.example.com\"]\nallow_credentials = true\nexpose_headers = [\"etag\"]\n"),
    SEED("\360{\"allow_origin_regex\": \"https://(a|b)[.]example[.]com(:[0-9]+)?\", \"dialect\": \"corsac\"}"),
};
enum { SEED_COUNT = sizeof SEEDS / sizeof *SEEDS, MOST = 4096 };

static size_t change(uint8_t *data, size_t size) {
  size_t at = size > 0 ? next() % size : 0, count = 1 + next() % 16;
  switch (next() % 6) {
  case 0: if (size > 0) data[at] = (uint8_t)next(); break;
  case 1: if (size > 0) data[at] ^= (uint8_t)(1 << next() % 8); break;
  case 2: return at; /* cut */
  case 3: /* a byte more */
    if (size == MOST) break;
    memmove(data + at + 1, data + at, size - at);
    data[at] = "\0\r\n*.,:/[]\" a\177\200\377"[next() % 16];
    return size + 1;
  case 4: /* repeat a piece */
    if (count > size - at) count = size - at;
    if (size + count > MOST) break;
    memmove(data + at + count, data + at, size - at);
    return size + count;
  case 5: /* take a piece out */
    if (count > size - at) count = size - at;
    memmove(data + at, data + at + count, size - at - count);
    return size - count;
  }
  return size;
}

int main(int count, char **arguments) {
  long seconds = count > 1 ? atol(arguments[1]) : 1, runs = 0;
  state = count > 2 ? strtoull(arguments[2], NULL, 10) : (uint64_t)time(NULL) | 1;
  printf("fuzz: seed %llu\n", (unsigned long long)state);
  fflush(stdout);
  struct timespec start, now;
  clock_gettime(CLOCK_MONOTONIC, &start);
  do {
    for (int round = 0; round < 256; round++, runs++) {
      size_t which = next() % SEED_COUNT, size = SEEDS[which].size;
      uint8_t work[MOST];
      memcpy(work, SEEDS[which].data, size);
      for (uint64_t changes = next() % 8; changes > 0; changes--) size = change(work, size);
      /* The copy is exactly as long as the input, so that a read past its end is noticed. */
      uint8_t *data = malloc(size > 0 ? size : 1);
      if (data == NULL) return 2;
      memcpy(data, work, size);
      LLVMFuzzerTestOneInput(data, size);
      free(data);
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while (now.tv_sec - start.tv_sec < seconds);
  printf("fuzz: %ld inputs\nfuzz: 1 passed, 0 failed\n", runs);
  return 0;
}
