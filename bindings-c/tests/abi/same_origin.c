/* Requests from a page of the host itself, which need no log entry. */
#include "abi.h"

#include <stddef.h>

void test_same_origin(void) {
  corsac_request request = request_of("POST", "https://api.example.com");
  CHECK(!corsac_request_is_same_origin(&request)); /* neither Host nor authority */
  request.authority = corsac_slice_from("api.example.com");
  CHECK(corsac_request_is_same_origin(&request));
  request.host = corsac_slice_from("other.example.com");
  CHECK(!corsac_request_is_same_origin(&request));
  request.sec_fetch_site = corsac_slice_from("same-origin");
  CHECK(corsac_request_is_same_origin(&request));
  request.sec_fetch_site = corsac_slice_from("cross-site");
  CHECK(!corsac_request_is_same_origin(&request));

  request = request_of("POST", "http://api.example.com");
  request.host = corsac_slice_from("API.example.com:80");
  CHECK(corsac_request_is_same_origin(&request));
  request.secure = true;
  CHECK(!corsac_request_is_same_origin(&request));

  /* A caller with the first version of the header has neither the authority nor `secure`. */
  request.size = offsetof(corsac_request, authority);
  CHECK(corsac_request_is_same_origin(&request));
  request.size--;
  CHECK(!corsac_request_is_same_origin(&request));
  request.size = sizeof request;
  request.secure = false;
  request.method = (corsac_slice){NULL, 0};
  CHECK(!corsac_request_is_same_origin(&request));
  CHECK(!corsac_request_is_same_origin(NULL));
}
