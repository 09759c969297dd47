/* Functions that all files of the vectors' runner use. */
#ifndef VECTORS_H
#define VECTORS_H

#include <corsac.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Bytes that can grow. If there is no memory, the program ends. */
typedef struct {
  char *data;
  size_t len, room;
} bytes;

void bytes_add(bytes *to, const char *data, size_t len);
void bytes_text(bytes *to, const char *text);
void bytes_free(bytes *of);
corsac_slice bytes_slice(const bytes *of);

/* Isomorphic strings: one code point, U+0000 to U+00FF, is one byte. */
bool to_bytes(const json_t *string, bytes *out);
json_t *to_string(corsac_slice slice);

/* The data of a request that has to outlive its decision. */
enum { MOST_BLOCKS = 64 };
typedef struct {
  bytes method, path, authority;
  bytes *lines;
  size_t line_count, block_count;
  void *blocks[MOST_BLOCKS];
  corsac_request request;
} built_request;

corsac_status build_request(const json_t *vector, built_request *built);
void release_request(built_request *built);

/* NULL, or a text about the vector's difference from the schema. */
const char *schema_fault(const json_t *vector);

/* A config as TOML text; false if TOML cannot express it, since TOML has no null. */
bool toml_write(const json_t *config, bytes *out);

/* Runs one form of a vector. Returns NULL if it passes, otherwise a text about the failure, which has to be freed. */
typedef enum { FORM_JSON, FORM_TOML } text_format;
char *run_policy(const json_t *vector, text_format format, corsac_slice text);
char *run_vary(const json_t *vector);
char *run_apply(const json_t *vector);
/* The same, but the host's own setting keeps the application's headers, and the policy's setting does not. */
char *run_apply_kept_by_host(const json_t *vector);
/* Exchanges without a policy (`corsac_diagnose`), and with one (`corsac_explain`). */
char *run_exchange(const json_t *vector);
char *run_finding(const json_t *vector);
char *difference(const json_t *expected, const json_t *actual);

#endif
