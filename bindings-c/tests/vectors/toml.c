/* A JSON object as TOML: one line for each member, the values inline. */
#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_string(const char *text, size_t len, bytes *out) {
  bytes_text(out, "\"");
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)text[i];
    char escape[8];
    if (c == '"' || c == '\\') {
      snprintf(escape, sizeof escape, "\\%c", c);
      bytes_text(out, escape);
    } else if (c < 0x20 || c == 0x7f) {
      snprintf(escape, sizeof escape, "\\u%04X", c);
      bytes_text(out, escape);
    } else {
      bytes_add(out, &text[i], 1);
    }
  }
  bytes_text(out, "\"");
}

static bool write_value(const json_t *value, bytes *out);

static bool write_list(const json_t *list, bytes *out) {
  bytes_text(out, "[");
  for (size_t i = 0; i < json_array_size(list); i++) {
    if (i > 0) bytes_text(out, ", ");
    if (!write_value(json_array_get(list, i), out)) return false;
  }
  bytes_text(out, "]");
  return true;
}

/* The members of a table, with the same separator after each except the last. */
static bool write_members(const json_t *table, const char *separator, bytes *out) {
  const char *key, *before = "";
  json_t *value;
  json_object_foreach((json_t *)table, key, value) {
    bytes_text(out, before);
    write_string(key, strlen(key), out);
    bytes_text(out, " = ");
    if (!write_value(value, out)) return false;
    before = separator;
  }
  return true;
}

static void write_number(const json_t *value, bytes *out) {
  /* Every number of JSON is a number of TOML. */
  char *text = json_dumps(value, JSON_ENCODE_ANY);
  bytes_text(out, text);
  free(text);
}

static bool write_value(const json_t *value, bytes *out) {
  switch (json_typeof(value)) {
    case JSON_NULL:
      return false;
    case JSON_TRUE:
      bytes_text(out, "true");
      return true;
    case JSON_FALSE:
      bytes_text(out, "false");
      return true;
    case JSON_INTEGER:
    case JSON_REAL:
      write_number(value, out);
      return true;
    case JSON_STRING:
      write_string(json_string_value(value), json_string_length(value), out);
      return true;
    case JSON_ARRAY:
      return write_list(value, out);
    case JSON_OBJECT:
      break;
  }
  bytes_text(out, "{");
  bool said = write_members(value, ", ", out);
  bytes_text(out, "}");
  return said;
}

bool toml_write(const json_t *config, bytes *out) {
  bytes_add(out, "", 0);
  return write_members(config, "\n", out);
}
