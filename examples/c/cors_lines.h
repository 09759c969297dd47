/*
 * A list of a response's header lines, for servers that have no such list, and a function that puts a decision on it.
 * Copy this file into your program. Let the application fill the lines, call `cors_apply`, and send the lines that are
 * then in the list.
 */
#ifndef CORS_LINES_H
#define CORS_LINES_H

#include <corsac.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CORS_MOST_LINES = 64, CORS_MOST_BLOCKS = 128 };

struct cors_line { corsac_slice name, value; };

/* Strings are borrowed. Copies are kept in blocks, which `cors_end` frees. */
struct cors_lines {
  struct cors_line line[CORS_MOST_LINES];
  size_t count;
  void *block[CORS_MOST_BLOCKS];
  size_t blocks;
};

/* Also for `corsac_request_add_header`. */
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

/* For the application: adds a line, whose strings must live as long as the lines. False if there is no space. */
static inline bool cors_add(struct cors_lines *lines, const char *name, const char *value) {
  if (lines->count == CORS_MOST_LINES) return false;
  lines->line[lines->count++] = (struct cors_line){corsac_slice_from(name), corsac_slice_from(value)};
  return true;
}

static inline bool cors_is(const struct cors_line *line, corsac_slice name) {
  return line->name.len == name.len && strncasecmp(line->name.ptr, name.ptr, name.len) == 0;
}

static inline bool cors_has(const struct cors_lines *lines, const char *name) {
  for (size_t i = 0; i < lines->count; i++)
    if (cors_is(&lines->line[i], corsac_slice_from(name))) return true;
  return false;
}

/* --- the callbacks of corsac_decision_apply --- */

static inline bool cors_values(corsac_slice name, corsac_take_value take, void *to, void *user) {
  const struct cors_lines *lines = user;
  for (size_t i = 0; i < lines->count; i++)
    if (cors_is(&lines->line[i], name)) take(lines->line[i].value, to);
  return true;
}

static inline bool cors_remove(corsac_slice name, void *user) {
  struct cors_lines *lines = user;
  size_t kept = 0;
  for (size_t i = 0; i < lines->count; i++)
    if (!cors_is(&lines->line[i], name)) lines->line[kept++] = lines->line[i];
  lines->count = kept;
  return true;
}

static inline bool cors_append(corsac_slice name, corsac_slice value, void *user) {
  struct cors_lines *lines = user;
  char *copy = cors_allocate(value.len + 1, lines); /* the value is gone once this function has returned */
  return copy != NULL && cors_add(lines, name.ptr, memcpy(copy, value.ptr, value.len + 1)); /* with its NUL */
}

static inline bool cors_set(corsac_slice name, corsac_slice value, void *user) {
  return cors_remove(name, user) && cors_append(name, value, user);
}

/* Puts a decision on the lines. If it fails, none of them may be sent; the result is a status to log. */
static inline corsac_status cors_apply(struct cors_lines *lines, const corsac_decision *decision) {
  corsac_response_headers headers = {.size = sizeof headers, .user = lines, .values = cors_values,
                                     .remove = cors_remove, .set = cors_set, .append = cors_append};
  corsac_status status = corsac_decision_apply(decision, &headers);
  if (status != CORSAC_OK) lines->count = 0;
  return status;
}

#endif
