/* Bytes, and the strings that represent them. */
#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bytes_add(bytes *to, const char *data, size_t len) {
  /* Never NULL, so that an empty value is present. */
  if (to->len + len + 1 > to->room) {
    to->room = 2 * (to->len + len + 1);
    to->data = realloc(to->data, to->room);
    if (to->data == NULL) {
      fprintf(stderr, "vectors: out of memory\n");
      exit(2);
    }
  }
  if (len > 0) memcpy(to->data + to->len, data, len);
  to->len += len;
  to->data[to->len] = '\0';
}

void bytes_text(bytes *to, const char *text) { bytes_add(to, text, strlen(text)); }

void bytes_free(bytes *of) {
  free(of->data);
  *of = (bytes){0};
}

corsac_slice bytes_slice(const bytes *of) { return (corsac_slice){of->data, of->len}; }

bool to_bytes(const json_t *string, bytes *out) {
  const unsigned char *text = (const unsigned char *)json_string_value(string);
  size_t len = json_string_length(string);
  bytes_add(out, "", 0);
  for (size_t i = 0; i < len; i++) {
    unsigned char byte = text[i];
    if (byte >= 0x80) {
      /* In UTF-8, each of U+0080 to U+00FF is C2 or C3 and one more byte; jansson has checked that the text is UTF-8. */
      if (byte > 0xc3) return false;
      byte = (unsigned char)((byte & 0x03) << 6 | (text[++i] & 0x3f));
    }
    bytes_add(out, (const char *)&byte, 1);
  }
  return true;
}

json_t *to_string(corsac_slice slice) {
  bytes text = {0};
  bytes_add(&text, "", 0);
  for (size_t i = 0; i < slice.len; i++) {
    unsigned char byte = (unsigned char)slice.ptr[i];
    if (byte < 0x80) {
      bytes_add(&text, (const char *)&byte, 1);
    } else {
      const char pair[] = {(char)(0xc0 | byte >> 6), (char)(0x80 | (byte & 0x3f))};
      bytes_add(&text, pair, 2);
    }
  }
  json_t *string = json_stringn(text.data, text.len);
  bytes_free(&text);
  return string;
}
