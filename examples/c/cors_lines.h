/*
 * A response's header lines for servers that have no list of their own, and what a decision does to them. Copy it into
 * your program: fill the lines as the application answers, call `cors_apply`, and send what is left.
 */
#ifndef CORS_LINES_H
#define CORS_LINES_H

#include <corsac.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CORS_MOST_LINES = 64, CORS_MOST_BLOCKS = 128 };

/* Texts are borrowed; what has to be made is kept in blocks, which `cors_end` frees. */
struct cors_lines {
  corsac_header line[CORS_MOST_LINES];
  size_t count;
  void *block[CORS_MOST_BLOCKS];
  size_t blocks;
};

/* For `corsac_request_add_header` and `corsac_header_own`, too. */
static inline void *cors_allocate(size_t size, void *lines) {
  struct cors_lines *to = lines;
  if (to->blocks == CORS_MOST_BLOCKS) return NULL;
  void *block = malloc(size);
  if (block != NULL) to->block[to->blocks++] = block;
  return block;
}

static inline void cors_end(struct cors_lines *lines) {
  for (size_t i = 0; i < lines->blocks; i++) free(lines->block[i]);
}

static inline void cors_line(struct cors_lines *lines, corsac_slice name, corsac_slice value) {
  if (lines->count == CORS_MOST_LINES) abort();
  lines->line[lines->count++] = (corsac_header){.name = name, .value = value};
}

static inline void cors_set(struct cors_lines *lines, const char *name, const char *value) {
  cors_line(lines, corsac_slice_from(name), corsac_slice_from(value));
}

/* How many lines of a name there are. `values` takes their values, `off` takes them off. */
static inline size_t cors_find(struct cors_lines *lines, corsac_slice name, corsac_slice *values, bool off) {
  size_t found = 0, kept = 0;
  for (size_t i = 0; i < lines->count; i++) {
    corsac_header line = lines->line[i];
    bool same = line.name.len == name.len && strncasecmp(line.name.ptr, name.ptr, name.len) == 0;
    if (same && values != NULL) values[found] = line.value;
    found += same;
    if (!same || !off) lines->line[kept++] = line;
  }
  lines->count = kept;
  return found;
}

static inline void cors_merge(struct cors_lines *lines, const corsac_header *header) {
  corsac_slice values[CORS_MOST_LINES], merged = {NULL, 0};
  size_t count = cors_find(lines, header->name, values, true), room = header->value.len + 2;
  for (size_t i = 0; i < count; i++) room += values[i].len + 2;
  char *text = cors_allocate(room, lines);
  if (text == NULL || corsac_vary_merge(values, count, header->value, text, room, &merged.len) != CORSAC_OK) abort();
  merged.ptr = text;
  cors_line(lines, header->name, merged);
}

static inline void cors_apply(struct cors_lines *lines, const corsac_decision *decision) {
  bool kept = false;
  for (size_t i = 0; i < decision->header_count; i++) {
    const corsac_header *header = &decision->headers[i];
    switch (header->op) {
    case CORSAC_OP_REMOVE: cors_find(lines, header->name, NULL, true); break;
    case CORSAC_OP_MERGE: cors_merge(lines, header); break;
    case CORSAC_OP_DEFAULT:
      kept = kept || cors_find(lines, header->name, NULL, false) > 0;
      if (!kept) cors_line(lines, header->name, header->value);
      break;
    case CORSAC_OP_SET: cors_find(lines, header->name, NULL, true); /* fall through */
    case CORSAC_OP_ADD:
      if (!kept) cors_line(lines, header->name, header->value);
      break;
    }
  }
}

#endif
