/* The ABI under use and misuse: NULL, sizes, hostile texts, threads, predicates, borrowed texts. */
#include "abi/abi.h"

int check_passed, check_failed;

int main(void) {
  test_null();
  test_sizes();
  test_texts();
  test_headers_are_clean();
  test_files();
  test_errors();
  test_lints();
  test_threads();
  test_predicate();
  test_ops();
  test_borrowing();
  test_header_lines();
  test_vary();
  test_apply();
  test_served();
  test_host_error();
  test_reason_to_log();
  test_nobody();
  test_names();
  test_older_callers();
  test_protection();
  test_same_origin();
  test_remembered();
  test_lines();
  test_answer_cache();
  test_reloadable();
  test_watch();
  test_explanations();
  test_unreadable_exchanges();
  test_misused_explanations();
  test_explaining_on_a_small_stack();
  printf("abi: %d passed, %d failed\n", check_passed, check_failed);
  return check_failed != 0;
}
