/* Runs every vector of a folder, with each config as JSON and as TOML. No vector is skipped. */
#define _POSIX_C_SOURCE 200809L
#include "vectors/vectors.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t passed, failed;

static void count(const char *id, const char *form, char *fault) {
  if (fault == NULL) {
    passed++;
    return;
  }
  failed++;
  fprintf(stderr, "%s (%s)\n  %s\n", id, form, fault);
  free(fault);
}

/* As JSON, and as TOML; if TOML cannot express it, as JSON with different white space. */
static void run_config(const char *id, const json_t *vector, const json_t *config) {
  char *compact = json_dumps(config, JSON_COMPACT);
  count(id, "json", run_policy(vector, FORM_JSON, corsac_slice_from(compact)));
  free(compact);

  bytes toml = {0};
  if (toml_write(config, &toml)) {
    count(id, "toml", run_policy(vector, FORM_TOML, bytes_slice(&toml)));
  } else {
    char *spaced = json_dumps(config, JSON_INDENT(7) | JSON_ENSURE_ASCII);
    count(id, "json, indented", run_policy(vector, FORM_JSON, corsac_slice_from(spaced)));
    free(spaced);
  }
  bytes_free(&toml);
}

static void run_text(const char *id, const json_t *vector, const json_t *text) {
  const json_t *content = json_object_get(text, "text");
  text_format format = strcmp(json_string_value(json_object_get(text, "format")), "json") == 0 ? FORM_JSON : FORM_TOML;
  corsac_slice slice = {json_string_value(content), json_string_length(content)};
  count(id, "text", run_policy(vector, format, slice));
}

static void run_vector(const json_t *vector, json_t *ids) {
  const char *id = json_string_value(json_object_get(vector, "id"));
  const char *fault = schema_fault(vector);
  if (fault == NULL && json_object_get(ids, id) != NULL) fault = "another vector has the same id";
  if (fault != NULL) {
    fprintf(stderr, "%s does not fit the schema: %s\n", id == NULL ? "a vector without id" : id, fault);
    failed++;
    return;
  }
  json_object_set_new(ids, id, json_true());
  const json_t *config = json_object_get(vector, "config"), *text = json_object_get(vector, "text");
  if (config != NULL) run_config(id, vector, config);
  else if (text != NULL) run_text(id, vector, text);
  else count(id, "vary", run_vary(vector));
}

/* How many runs a file needs, according to the keys of its vectors. */
static size_t wanted_runs(const json_t *vectors) {
  size_t runs = 0, index;
  json_t *vector;
  json_array_foreach((json_t *)vectors, index, vector) {
    const char *key;
    json_t *value;
    json_object_foreach(vector, key, value) {
      runs += strcmp(key, "config") == 0 ? 2 : strcmp(key, "text") == 0 || strcmp(key, "vary") == 0;
    }
  }
  return runs;
}

/* Runs a file and returns how many runs it needs. */
static size_t run_file(const char *path, json_t *ids) {
  json_error_t error;
  json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
  const json_t *vectors = json_object_get(file, "vectors"), *schema = json_object_get(file, "$schema");
  size_t runs = 0;
  if (file == NULL) {
    fprintf(stderr, "%s:%d: %s\n", path, error.line, error.text);
    failed++;
  } else if (json_object_size(file) != 2 || !json_is_string(schema) || json_array_size(vectors) == 0) {
    fprintf(stderr, "%s does not fit the schema\n", path);
    failed++;
  } else {
    runs = wanted_runs(vectors);
    size_t index;
    json_t *vector;
    json_array_foreach((json_t *)vectors, index, vector) run_vector(vector, ids);
  }
  json_decref(file);
  return runs;
}

/* Vectors about applying are in their own file. Each runs once, and a second time if it is about keeping headers. */
static size_t run_apply_file(const char *folder) {
  char path[4096];
  snprintf(path, sizeof path, "%s/apply/apply.json", folder);
  json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
  const json_t *vectors = json_object_get(file, "vectors");
  size_t runs = 0, index;
  json_t *vector;
  json_array_foreach((json_t *)vectors, index, vector) {
    const char *id = json_string_value(json_object_get(vector, "id"));
    count(id, "apply", run_apply(vector));
    runs++;
    if (json_object_get(json_object_get(vector, "config"), "keep_app_headers") == NULL) continue;
    count(id, "apply, kept by the host", run_apply_kept_by_host(vector));
    runs++;
  }
  json_decref(file);
  if (runs == 0) {
    fprintf(stderr, "vectors: there are none in %s\n", path);
    failed++;
  }
  return runs;
}

/* Explanations: the files of one folder. Each vector runs once. */
static size_t run_explained(const char *folder, const char *name, char *(*run)(const json_t *vector), json_t *ids) {
  char pattern[4096];
  snprintf(pattern, sizeof pattern, "%s/%s/*.json", folder, name);
  glob_t files;
  if (glob(pattern, 0, NULL, &files) != 0) files.gl_pathc = 0;
  size_t runs = 0;
  for (size_t i = 0; i < files.gl_pathc; i++) {
    const char *base = strrchr(files.gl_pathv[i], '/');
    if (base != NULL && strcmp(base, "/schema.json") == 0) continue;
    json_t *file = json_load_file(files.gl_pathv[i], JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    size_t index;
    json_t *vector;
    json_array_foreach(json_object_get(file, "vectors"), index, vector) {
      const char *id = json_string_value(json_object_get(vector, "id"));
      runs++;
      count(id, name, id == NULL || json_object_get(ids, id) != NULL ? strdup("another vector has the same id") : run(vector));
      if (id != NULL) json_object_set_new(ids, id, json_true());
    }
    if (json_array_size(json_object_get(file, "vectors")) == 0) {
      fprintf(stderr, "vectors: there are none in %s\n", files.gl_pathv[i]);
      failed++;
    }
    json_decref(file);
  }
  if (runs == 0) {
    fprintf(stderr, "vectors: no files in %s/%s\n", folder, name);
    failed++;
  }
  if (files.gl_pathc > 0) globfree(&files);
  return runs;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: vectors FOLDER\n");
    return 2;
  }
  char pattern[4096];
  snprintf(pattern, sizeof pattern, "%s/*.json", argv[1]);
  glob_t files;
  if (glob(pattern, 0, NULL, &files) != 0) files.gl_pathc = 0;

  size_t read = 0, runs = 0;
  json_t *ids = json_object();
  for (size_t i = 0; i < files.gl_pathc; i++) {
    const char *path = files.gl_pathv[i], *name = strrchr(path, '/');
    if (name != NULL && strcmp(name, "/schema.json") == 0) continue;
    runs += run_file(path, ids);
    read++;
  }
  if (read == 0) {
    fprintf(stderr, "vectors: no files in %s\n", argv[1]);
    failed++;
  }
  runs += run_apply_file(argv[1]);
  runs += run_explained(argv[1], "exchanges", run_exchange, ids);
  runs += run_explained(argv[1], "findings", run_finding, ids);
  if (passed + failed != runs) {
    fprintf(stderr, "vectors: %zu runs, but the files need %zu\n", passed + failed, runs);
    failed++;
  }
  json_decref(ids);
  if (files.gl_pathc > 0) globfree(&files);
  printf("vectors: %zu passed, %zu failed\n", passed, failed);
  return failed != 0;
}
