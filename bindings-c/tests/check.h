/* Counts checks. A failed one is printed, and the program continues. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>

extern int check_passed, check_failed;

#define CHECK(condition)                                                    \
  do {                                                                      \
    if (condition) {                                                        \
      check_passed++;                                                       \
    } else {                                                                \
      check_failed++;                                                       \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);       \
    }                                                                       \
  } while (0)

#endif
