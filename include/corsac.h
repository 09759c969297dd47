/*
 * corsac: one CORS policy, every stack. The C library.
 *
 * 1. Build a `corsac_policy` once, from JSON, TOML or a file.
 * 2. For each request, fill a `corsac_request` and call `corsac_policy_evaluate`.
 * 3. Do what the `corsac_decision` says: send its status and body, or run the application.
 * 4. Apply its headers to the response, whether it is corsac's or the application's, with `corsac_decision_apply`.
 *
 * If a page is blocked, `corsac_explain` and `corsac_diagnose` say why.
 *
 * Rules that apply everywhere:
 * - Texts are a pointer and a length in bytes. A text that the library returns is followed by a NUL if its
 *   comment says so.
 * - A pointer is borrowed unless a comment names an owner, and the library keeps no borrowed pointer beyond the call.
 * - If a struct begins with `size`, first set the whole struct to zero, then set its `size` to its `sizeof`, so that a
 *   program and a library of different versions understand each other.
 * - NULL is an error unless a comment allows it, and never causes a crash. No panic leaves the library.
 * - A callback that the host provides may call any function of the library, but must not throw or `longjmp`. It must
 *   not free anything that the call uses: neither the policy nor the memory from which a decision borrows.
 * - A call that fails leaves a decision that refuses.
 */


#ifndef CORSAC_H
#define CORSAC_H

/* Made by `cargo xtask generate` from bindings-c/src. Change it there. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The version of this header. `corsac_version()` is that of the library that runs.
 */
#define CORSAC_VERSION "0.1.0"
#define CORSAC_VERSION_MAJOR 0
#define CORSAC_VERSION_MINOR 1
#define CORSAC_VERSION_PATCH 0

/**
 * The version as one number to compare with: major * 1000000 + minor * 1000 + patch.
 */
#define CORSAC_VERSION_NUMBER 1000

/**
 * Why a decision is what it is. Numbers are never reused; later versions add some.
 */
enum corsac_reason
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * No decision was made.
   */
  CORSAC_REASON_NONE = -1,
  /**
   * `no-origin`: The request has no `Origin`, so it is not a CORS request.
   */
  CORSAC_REASON_NO_ORIGIN = 0,
  /**
   * `any-origin`: The policy lets any origin read responses.
   */
  CORSAC_REASON_ANY_ORIGIN = 1,
  /**
   * `origin-allowed`: The request's origin is allowed.
   */
  CORSAC_REASON_ORIGIN_ALLOWED = 2,
  /**
   * `origin-not-allowed`: The request's origin is not allowed.
   */
  CORSAC_REASON_ORIGIN_NOT_ALLOWED = 3,
  /**
   * `origin-malformed`: The request's `Origin` is not a serialised origin.
   */
  CORSAC_REASON_ORIGIN_MALFORMED = 4,
  /**
   * `preflight-allowed`: The origin, the method and the headers of the preflight are all allowed.
   */
  CORSAC_REASON_PREFLIGHT_ALLOWED = 5,
  /**
   * `preflight-method-not-allowed`: The method that the preflight asks for is not listed, or is not one token.
   */
  CORSAC_REASON_PREFLIGHT_METHOD_NOT_ALLOWED = 6,
  /**
   * `preflight-header-not-allowed`: A header that the preflight asks for is not listed.
   */
  CORSAC_REASON_PREFLIGHT_HEADER_NOT_ALLOWED = 7,
  /**
   * `preflight-headers-malformed`: `Access-Control-Request-Headers` is not a list of names, or is too long.
   */
  CORSAC_REASON_PREFLIGHT_HEADERS_MALFORMED = 8,
  /**
   * `path-ambiguous`: Servers could assign the path to different routes.
   */
  CORSAC_REASON_PATH_AMBIGUOUS = 9,
  /**
   * `predicate-failed`: The origin predicate failed or did not answer in time.
   */
  CORSAC_REASON_PREDICATE_FAILED = 10,
  /**
   * `write-refused`: The request is a write from an origin that is not trusted.
   */
  CORSAC_REASON_WRITE_REFUSED = 11,
  /**
   * `websocket-refused`: The WebSocket handshake comes from an origin that is not trusted.
   */
  CORSAC_REASON_WEBSOCKET_REFUSED = 12,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum corsac_reason corsac_reason;
#else
typedef int32_t corsac_reason;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus


/**
 * The largest number of headers that a decision can have.
 */
#define CORSAC_MAX_HEADERS 16

/**
 * How a call ended. Numbers are never reused.
 */
enum corsac_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * The call succeeded.
   */
  CORSAC_OK = 0,
  /**
   * A required pointer is NULL, or there is no element at this index.
   */
  CORSAC_NULL = 1,
  /**
   * The `size` of a struct was not set, a length or a number is out of bounds, or a buffer is too
   * small.
   */
  CORSAC_BAD_SIZE = 2,
  /**
   * The policy has errors; `corsac_error` lists them.
   */
  CORSAC_CONFIG = 3,
  /**
   * The policy file could not be read, or cannot be watched. If the call returns a `corsac_error`, it says why.
   */
  CORSAC_IO = 4,
  /**
   * There is a bug in corsac. If the call makes a decision, it is a refusal. If the call changes a response, the
   * response may be half changed. Any other call had no effect.
   */
  CORSAC_PANIC = 5,
  /**
   * The host's allocator could not provide memory.
   */
  CORSAC_MEMORY = 6,
  /**
   * A callback that the host provides failed.
   */
  CORSAC_CALLBACK = 7,
  /**
   * The decision cannot be applied: it is `CORSAC_ASK`, or it contains a value that this library never writes.
   */
  CORSAC_INVALID = 8,
  /**
   * The exchange cannot be read; `corsac_error` lists its problems.
   */
  CORSAC_EXCHANGE = 9,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum corsac_status corsac_status;
#else
typedef int32_t corsac_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Whether the application runs. Numbers are never reused.
 */
enum corsac_action
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Answer now with `status`, `headers` and `body`; the application does not run.
   */
  CORSAC_RESPOND = 0,
  /**
   * Run the application, and put the headers on its response, whatever it is.
   */
  CORSAC_CONTINUE = 1,
  /**
   * Ask the predicate about the request's origin, then call `corsac_policy_resolve`. Only policies built with
   * `has_predicate` ask.
   */
  CORSAC_ASK = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum corsac_action corsac_action;
#else
typedef int32_t corsac_action;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How a header is applied to the response; `corsac_decision_apply` does it. Numbers are never reused.
 */
enum corsac_op
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Replace whatever the application set.
   */
  CORSAC_OP_SET = 0,
  /**
   * Add another line with the same name. Leave it out if a `CORSAC_OP_DEFAULT` before it was left out.
   */
  CORSAC_OP_ADD = 1,
  /**
   * Merge into the application's own value: `corsac_vary_merge`.
   */
  CORSAC_OP_MERGE = 2,
  /**
   * Remove the application's lines of this name. The value is empty.
   */
  CORSAC_OP_REMOVE = 3,
  /**
   * Set the header unless the application has set it. If the application has, leave out all further headers
   * with this op as well, so that corsac's own headers are never sent with an origin that the policy did not
   * decide on.
   */
  CORSAC_OP_DEFAULT = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum corsac_op corsac_op;
#else
typedef int32_t corsac_op;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * A predicate's answer about an origin. Numbers are never reused.
 */
enum corsac_predicate_answer
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * The origin is refused.
   */
  CORSAC_PREDICATE_DENY = 0,
  /**
   * The origin may read the response.
   */
  CORSAC_PREDICATE_ALLOW = 1,
  /**
   * The predicate failed. The origin is refused, and the decision's reason says why.
   */
  CORSAC_PREDICATE_FAILED = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum corsac_predicate_answer corsac_predicate_answer;
#else
typedef int32_t corsac_predicate_answer;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The format in which an explanation is written. Numbers are never reused.
 */
enum corsac_explanation_format
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * JSON, for programs: `docs/explanation.schema.json` describes it.
   */
  CORSAC_EXPLANATION_JSON = 0,
  /**
   * A page of text for people. It ends with a line feed.
   */
  CORSAC_EXPLANATION_TEXT = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum corsac_explanation_format corsac_explanation_format;
#else
typedef int32_t corsac_explanation_format;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Remembers a predicate's answers about a limited number of origins, each for a limited time. It is opaque, and any
 * number of threads may use it at the same time. Free it with `corsac_answer_cache_free`.
 *
 * Allowed and denied origins each have half of the space, so a flood of made-up origins does not push out the real
 * ones. Failures are never remembered.
 */
typedef struct corsac_answer_cache corsac_answer_cache;

/**
 * Says why a policy could not be built, or an exchange could not be read. It is opaque. Free it with
 * `corsac_error_free`.
 */
typedef struct corsac_error corsac_error;

/**
 * How a browser handles an exchange, written in the format that was requested. It is opaque and immutable, and
 * any number of threads may use it at the same time. Free it with `corsac_explanation_free`.
 */
typedef struct corsac_explanation corsac_explanation;

/**
 * A validated, compiled policy. It is opaque and immutable, and any number of threads may use it at the same
 * time.
 */
typedef struct corsac_policy corsac_policy;

/**
 * Holds the policy that is in force, which any thread may swap at any time. It is opaque, and any number of threads
 * may use it at the same time. Free it with `corsac_reloadable_free`.
 *
 * Readers never block. They see either the old policy or the new one, and never a mix.
 */
typedef struct corsac_reloadable corsac_reloadable;

/**
 * Bytes, by pointer and length. They are borrowed: the code that passed them owns and frees them.
 *
 * If the request does not have a header, `ptr` is NULL, whatever `len` is. If a header is present and empty,
 * `ptr` is not NULL and `len` is 0.
 */
typedef struct {
  /**
   * The first byte; NULL if the slice is absent.
   */
  const char *ptr;
  /**
   * The number of bytes, without a terminating NUL.
   */
  size_t len;
} corsac_slice;

/**
 * The parts of a request that matter for CORS. First set all of the struct to zero, then `size` to
 * `sizeof(corsac_request)`, then `method` and the headers that the request has. Set headers field by field, or line
 * by line with `corsac_request_add_header`.
 *
 * Values are byte for byte as in the request. Join several lines of one header with a comma and a space. The struct
 * is not kept after the call, but a decision's headers borrow from its slices.
 */
typedef struct {
  /**
   * `sizeof(corsac_request)`.
   */
  size_t size;
  /**
   * The method, as sent. Required.
   */
  corsac_slice method;
  /**
   * The target as it was sent: the path undecoded, with or without its query. Only policies with `routes` read it.
   */
  corsac_slice path;
  /**
   * `Origin`.
   */
  corsac_slice origin;
  /**
   * `Access-Control-Request-Method`.
   */
  corsac_slice access_control_request_method;
  /**
   * `Access-Control-Request-Headers`.
   */
  corsac_slice access_control_request_headers;
  /**
   * `Access-Control-Request-Private-Network`.
   */
  corsac_slice access_control_request_private_network;
  /**
   * `Host`. Only policies with `protection` read this field and those that follow, except for `path_decoded`.
   */
  corsac_slice host;
  /**
   * `Sec-Fetch-Site`.
   */
  corsac_slice sec_fetch_site;
  /**
   * For the library's own use: which of the slices `corsac_request_add_header` has joined. Leave this zero.
   */
  size_t joined;
  /**
   * `:authority`, or the authority of an absolute target. It is used if there is no `Host`.
   */
  corsac_slice authority;
  /**
   * `Upgrade`.
   */
  corsac_slice upgrade;
  /**
   * `Sec-WebSocket-Key`.
   */
  corsac_slice sec_websocket_key;
  /**
   * Whether the server has decoded `path` already and has not kept the original. In a decoded path, `%` and `?`
   * are data. Leave this false if the server has the target as it was sent, because then fewer paths are
   * ambiguous.
   */
  bool path_decoded;
  /**
   * Whether the client's connection is known to be TLS.
   */
  bool secure;
  /**
   * Whether the server knows that this is a WebSocket handshake, whatever the headers say. An example is extended
   * CONNECT (RFC 8441).
   */
  bool websocket;
} corsac_request;

/**
 * Allocates memory for a repeated header or for a copied value: `size` bytes with any alignment. The memory has to
 * stay valid as long as the request's other slices, so most hosts take it from the request's pool. The function
 * returns NULL if there is no memory, and must not throw or `longjmp`. `user` is the pointer that was passed together
 * with this function.
 */
typedef void *(*corsac_allocate)(size_t size, void *user);

/**
 * One header of a decision.
 */
typedef struct {
  /**
   * The name, in lower case; static and NUL-terminated.
   */
  corsac_slice name;
  /**
   * The value. It borrows from the policy (NUL-terminated then) or from the request (not NUL-terminated).
   */
  corsac_slice value;
  /**
   * How the header is applied to the response.
   */
  corsac_op op;
  /**
   * For the library's own use: `corsac_decision_apply` recognises the name by it. It can be zero in a header that you
   * write yourself.
   */
  uint32_t number;
} corsac_header;

/**
 * One thing that is wrong or unwise in a policy, or wrong in an exchange. Set `size` to `sizeof(corsac_issue)`
 * before the call.
 *
 * All texts are UTF-8, are followed by a NUL, and belong to the error or the policy.
 */
typedef struct {
  /**
   * `sizeof(corsac_issue)`.
   */
  size_t size;
  /**
   * The stable name of the kind of problem, in kebab-case. It is the same in every language.
   */
  corsac_slice code;
  /**
   * The setting in snake_case with its index (`allow_origins[2]`), or the path in an exchange
   * (`request.headers[2][0]`). Empty if the issue is about the policy or exchange as a whole.
   */
  corsac_slice field;
  /**
   * The value that is wrong, escaped and shortened. Empty for an exchange, where the message quotes the
   * value.
   */
  corsac_slice value;
  /**
   * What is wrong.
   */
  corsac_slice message;
  /**
   * What to write instead.
   */
  corsac_slice help;
  /**
   * The line of the text or file that contains the value, from 1; 0 if it is not known.
   */
  size_t line;
} corsac_issue;

/**
 * Facts about a policy that only the host knows. First set all of the struct to zero, then set `size`.
 */
typedef struct {
  /**
   * `sizeof(corsac_policy_options)`.
   */
  size_t size;
  /**
   * Whether the host has an origin predicate, which decides about well-formed origins that no pattern matches.
   */
  bool has_predicate;
} corsac_policy_options;

/**
 * The callback for a watched file. It is called once for each change, after the file has been read again. Either its
 * policy is now in force, or the file is missing or refused and the old policy stays in force.
 *
 * `status` has the same values as that of `corsac_policy_from_file`. `error` is NULL if `status` is `CORSAC_OK`. It
 * is freed after the call. `user` is the pointer that was passed to `corsac_reloadable_watch`. The callback runs on
 * a thread of the library, and must not throw, `longjmp` or end that thread.
 */
typedef void (*corsac_on_reload)(corsac_status status, const corsac_error *error, void *user);

/**
 * What to do with one request. Set `size` to `sizeof(corsac_decision)` before the call.
 *
 * Every call first makes it a refusal (`CORSAC_RESPOND`, 403, no headers), so a program that ignores the status of a
 * failed call refuses the request. If `size` is too small, only the fields before `body` are written, and only if
 * `size` includes them.
 *
 * The slices of a decision borrow from the policy and from the request's slices, and are valid as long as both are.
 */
typedef struct {
  /**
   * `sizeof(corsac_decision)`.
   */
  size_t size;
  /**
   * Whether the application runs.
   */
  corsac_action action;
  /**
   * The HTTP status to answer with; 0 if the application answers.
   */
  uint16_t status;
  /**
   * The reason for the decision; `CORSAC_REASON_NONE` if nothing has been decided yet.
   */
  corsac_reason reason;
  /**
   * The reason of a refusal that was only reported and not carried out, or `CORSAC_REASON_NONE`.
   */
  corsac_reason reported;
  /**
   * The body to answer with, in plain text; static and NUL-terminated, and empty in most decisions.
   */
  corsac_slice body;
  /**
   * How many of `headers` are filled.
   */
  size_t header_count;
  /**
   * The headers that change on the response: first those to remove, then the others in the order in which they are
   * sent. Headers past `header_count` are not written.
   */
  corsac_header headers[CORSAC_MAX_HEADERS];
} corsac_decision;

/**
 * An origin predicate. It says whether an origin that no pattern matches may read the response to this request.
 *
 * The origin is well-formed and never `null`. `user` is the pointer that was passed to
 * `corsac_policy_evaluate_with`. The predicate is called on the same thread, before that function returns. It must
 * not throw or `longjmp`.
 */
typedef corsac_predicate_answer (*corsac_predicate)(corsac_slice origin,
                                                    const corsac_request *request,
                                                    void *user);

/**
 * Passes one value to `corsac_decision_apply`, which copies it. `to` is the pointer that the callback `values` of
 * `corsac_response_headers` got. Call this function only from within that callback, on its thread. An absent value is
 * ignored.
 */
typedef void (*corsac_take_value)(corsac_slice value, void *to);

/**
 * The headers of a response, as four callbacks that the host provides and `corsac_decision_apply` calls. First set
 * all of the struct to zero, then set `size` and all four callbacks.
 *
 * Each callback gets `user` and the name of a header, which is in lower case, static and NUL-terminated. Compare it
 * with the response's names without regard to case. A value is followed by a NUL, and is valid until the
 * callback returns.
 *
 * A callback returns true, or false if it failed: memory ran out, or the response has been sent already. It may call
 * any function of this library. It must not throw, `longjmp`, or free the policy or anything else from which the
 * decision borrows.
 */
typedef struct {
  /**
   * `sizeof(corsac_response_headers)`.
   */
  size_t size;
  /**
   * The pointer that the callbacks get. In most hosts, it points to the response. It may be NULL.
   */
  void *user;
  /**
   * Calls `take` with each value of all lines of this name, in their order, and with `to`.
   */
  bool (*values)(corsac_slice name, corsac_take_value take, void *to, void *user);
  /**
   * Removes all lines of this name, if there are any.
   */
  bool (*remove)(corsac_slice name, void *user);
  /**
   * Replaces all lines of this name by one line with this value. If there is no line, it adds one.
   */
  bool (*set)(corsac_slice name, corsac_slice value, void *user);
  /**
   * Adds a line of this name after those that exist.
   */
  bool (*append)(corsac_slice name, corsac_slice value, void *user);
  /**
   * Whether the application's CORS headers stay, as if the policy had `keep_app_headers`. This is for hosts with a
   * setting of their own. A response that corsac makes itself (`CORSAC_RESPOND`) never has these headers.
   */
  bool keep_app_headers;
} corsac_response_headers;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The version of the library that runs. `CORSAC_VERSION` is the version of the header that was compiled.
 *
 * Returns: a NUL-terminated text such as `1.2.3`. Never NULL.
 *
 * Lifetime: static; never freed.
 *
 * Threads: any.
 */
const char *corsac_version(void);

/**
 * A slice of a C string, without its NUL.
 *
 * Parameters: `text` is a NUL-terminated string, or NULL.
 *
 * Returns: the slice; it is absent if `text` is NULL.
 *
 * Lifetime: the slice borrows from `text`.
 *
 * Threads: any.
 */
corsac_slice corsac_slice_from(const char *text);

/**
 * The name of a status, for logs.
 *
 * Parameters: `status` is any number.
 *
 * Returns: a NUL-terminated text; `unknown` for a number that is not a status. Never NULL.
 *
 * Lifetime: static; never freed.
 *
 * Threads: any.
 */
const char *corsac_status_name(corsac_status status);

/**
 * Whether a reason means that `protection` refused the request itself, whatever its CORS decision would have been.
 *
 * Parameters: `reason` is any number.
 *
 * Returns: true if it does; false for all other numbers, including `CORSAC_REASON_NONE`.
 *
 * Threads: any.
 */
bool corsac_reason_is_protection_refusal(corsac_reason reason);

/**
 * The stable name of a reason in kebab-case. It is the same in every language.
 *
 * Parameters: `reason` is any number.
 *
 * Returns: a NUL-terminated text; `none` for `CORSAC_REASON_NONE`, `unknown` for a number that is not a reason.
 * Never NULL.
 *
 * Lifetime: static; never freed.
 *
 * Threads: any.
 */
const char *corsac_reason_name(corsac_reason reason);

/**
 * What to change if a refusal was not intended, in one sentence for the server's log.
 *
 * Parameters: `reason` is any number.
 *
 * Returns: a NUL-terminated text, which is empty unless the reason is a refusal. Never NULL.
 *
 * Lifetime: static; never freed.
 *
 * Threads: any.
 */
const char *corsac_reason_help(corsac_reason reason);

/**
 * Adds one header line to a request. Lines that no policy reads are ignored. The first line of a header is borrowed,
 * and further lines are joined to it in memory from `allocate`. If no line is repeated, nothing is allocated.
 *
 * Parameters:
 * - `request` is the request, with its `size` set.
 * - `name`, `value`: the line. The case of the name does not matter.
 * - `allocate` is called with `user`, which may be NULL, if a line is repeated. The memory that is allocated for one
 *   request is limited. `allocate` itself may be NULL if no header is repeated.
 *
 * Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_BAD_SIZE`; `CORSAC_MEMORY` if a line is repeated and there is no
 * memory. The header then has a value that policies refuse.
 *
 * Lifetime: the request borrows `value` and the allocated memory. Do not assign a field that this function has
 * filled until the whole struct is set to zero again.
 *
 * Threads: any, one at a time with the same request.
 */
corsac_status corsac_request_add_header(corsac_request *request,
                                        corsac_slice name,
                                        corsac_slice value,
                                        corsac_allocate allocate,
                                        void *user);

/**
 * The lengths of the names that `corsac_request_add_header` recognises: bit `n` is set if there is a name of `n` bytes,
 * and no name is longer than 63 bytes. A host can leave out all other lines, which is faster than passing them.
 *
 * Returns: the bits. They never change while a program runs.
 *
 * Threads: any.
 */
uint64_t corsac_request_name_lengths(void);

/**
 * Whether the headers of a request show that it comes from a page of the same host: `Sec-Fetch-Site` or, without it,
 * `Origin` and `Host`. A browser sends `Origin` with the writes of such a page, and no policy has to allow that
 * origin. So if the decision is `CORSAC_CONTINUE`, there is no refusal to log. Use this only for logs, since any
 * client can send these headers.
 *
 * Parameters: `request` is the request, with its `size` and `method` set.
 *
 * Returns: true if the headers show it; false otherwise, and for a request that `corsac_policy_evaluate` would not
 * accept.
 *
 * Threads: any.
 */
bool corsac_request_is_same_origin(const corsac_request *request);

/**
 * Copies a request together with its texts, so that it outlives the host's request. A host may keep the copy with its
 * decision, and use `corsac_policy_decides_same` to compare later requests with it.
 *
 * Parameters:
 * - `request` is a request.
 * - `buffer`, `capacity`: where the texts are stored, without a NUL; `buffer` may be NULL if `capacity` is 0.
 * - `out` is where the copy is stored. Its `size` has to be set; it may not be `request`.
 *
 * Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_BAD_SIZE`, also if the texts have more than `capacity` bytes in all, or if
 * the size of `out` is less than that of `request`. On failure, `out` is unchanged.
 *
 * Ownership: everything belongs to the caller. The copy borrows from `buffer`. Do not add header lines to it.
 *
 * Threads: any.
 */
corsac_status corsac_request_copy(const corsac_request *request,
                                  char *buffer,
                                  size_t capacity,
                                  corsac_request *out);

/**
 * Copies a header's value, and adds a NUL.
 *
 * Parameters:
 * - `header` is a header of a decision that is still valid.
 * - `buffer`, `capacity`: where the value is stored; `buffer` may be NULL if `capacity` is 0.
 * - `length`: where the value's length is stored, without the NUL.
 *
 * Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_BAD_SIZE` if `capacity` is not greater than the length. Then
 * `*length` is set, and the buffer has an empty text.
 *
 * Ownership: everything belongs to the caller.
 *
 * Threads: any.
 */
corsac_status corsac_header_copy(const corsac_header *header,
                                 char *buffer,
                                 size_t capacity,
                                 size_t *length);

/**
 * Copies a header's value into the host's memory, and adds a NUL.
 *
 * Parameters:
 * - `header` is a header of a decision that is still valid.
 * - `allocate` is called once, with `user`, which may be NULL.
 *
 * Returns: the value; NULL if there is no memory, or a pointer is NULL.
 *
 * Ownership: the copy belongs to the caller, who frees it in the way that `allocate` requires.
 *
 * Threads: any.
 */
char *corsac_header_own(const corsac_header *header, corsac_allocate allocate, void *user);

/**
 * The whole error as one text of several lines, for people.
 *
 * Parameters: `error` is an error of this library, or NULL.
 *
 * Returns: a text in UTF-8, followed by a NUL; an absent slice for NULL.
 *
 * Lifetime: the text is valid until `corsac_error_free`.
 *
 * Threads: any.
 */
corsac_slice corsac_error_message(const corsac_error *error);

/**
 * The number of issues that an error has.
 *
 * Parameters: `error` is an error of this library, or NULL.
 *
 * Returns: the number of issues, which is at least 1; 0 for NULL.
 *
 * Threads: any.
 */
size_t corsac_error_count(const corsac_error *error);

/**
 * One issue of an error.
 *
 * Parameters:
 * - `error` is an error of this library.
 * - `index` is below `corsac_error_count(error)`.
 * - `out` is where the issue is stored. Its `size` has to be set.
 *
 * Returns: `CORSAC_OK`; `CORSAC_NULL` if a pointer is NULL or there is no such issue; `CORSAC_BAD_SIZE`. If
 * there is no such issue, the slices of `out` are absent.
 *
 * Lifetime: the texts are valid until `corsac_error_free`.
 *
 * Threads: any.
 */
corsac_status corsac_error_issue(const corsac_error *error,
                                 size_t index,
                                 corsac_issue *out);

/**
 * Frees an error and all its texts.
 *
 * Parameters: `error` is an error of this library that has not been freed yet, or NULL, which does nothing.
 *
 * Ownership: the library takes it. Do not use the pointer again.
 *
 * Threads: any.
 */
void corsac_error_free(corsac_error *error);

/**
 * Builds a policy from JSON text.
 *
 * Parameters:
 * - `json`, `len`: the text in UTF-8, and its length in bytes. The text is not kept, and needs no NUL.
 * - `out`: where the policy is stored; NULL on failure.
 * - `err`: where the error is stored on `CORSAC_CONFIG`; otherwise NULL is stored there. `err` itself may be NULL.
 *
 * Returns: `CORSAC_OK`; `CORSAC_CONFIG` with all issues at once; `CORSAC_NULL`; `CORSAC_BAD_SIZE`; `CORSAC_PANIC`.
 *
 * Ownership: the policy and the error belong to the caller (`corsac_policy_free`, `corsac_error_free`).
 *
 * Threads: any, with a stack of 128 KiB or more, because the values in a text can be nested. Evaluating needs far less.
 */
corsac_status corsac_policy_from_json(const char *json,
                                      size_t len,
                                      corsac_policy **out,
                                      corsac_error **err);

/**
 * Builds a policy from TOML text. Everything else is as for `corsac_policy_from_json`.
 */
corsac_status corsac_policy_from_toml(const char *toml,
                                      size_t len,
                                      corsac_policy **out,
                                      corsac_error **err);

/**
 * Builds a policy from a file: JSON if its name ends in `.json`, else TOML.
 *
 * `path`, `len`: the file's name, which needs no NUL, and its length in bytes. If the file cannot be read, the status is `CORSAC_IO`, and
 * the error has one issue with the code `io`, whose message has the file's name and the system's error. Everything
 * else is as for `corsac_policy_from_json`.
 */
corsac_status corsac_policy_from_file(const char *path,
                                      size_t len,
                                      corsac_policy **out,
                                      corsac_error **err);

/**
 * Does the same as `corsac_policy_from_json`, with options. `options` may be NULL, and is not kept.
 */
corsac_status corsac_policy_from_json_with(const corsac_policy_options *options,
                                           const char *json,
                                           size_t len,
                                           corsac_policy **out,
                                           corsac_error **err);

/**
 * Does the same as `corsac_policy_from_toml`, with options. `options` may be NULL, and is not kept.
 */
corsac_status corsac_policy_from_toml_with(const corsac_policy_options *options,
                                           const char *toml,
                                           size_t len,
                                           corsac_policy **out,
                                           corsac_error **err);

/**
 * Does the same as `corsac_policy_from_file`, with options. `options` may be NULL, and is not kept.
 */
corsac_status corsac_policy_from_file_with(const corsac_policy_options *options,
                                           const char *path,
                                           size_t len,
                                           corsac_policy **out,
                                           corsac_error **err);

/**
 * Takes another reference to a policy, which has to be given back separately. It costs one atomic addition.
 *
 * Parameters: `policy` is a policy that has not been freed yet, or NULL.
 *
 * Returns: the same policy; NULL for NULL.
 *
 * Ownership: the new reference belongs to the caller, in addition to the old one.
 *
 * Threads: any.
 */
corsac_policy *corsac_policy_clone(const corsac_policy *policy);

/**
 * Gives back a reference to a policy. The policy is freed with its last reference.
 *
 * Parameters: `policy` is a policy that has not been freed yet, or NULL, which does nothing.
 *
 * Ownership: the library takes the reference. Decisions that borrow from the policy are valid as long as
 * another reference exists.
 *
 * Threads: any.
 */
void corsac_policy_free(corsac_policy *policy);

/**
 * Builds the policy that allows no origin, for servers that cannot know which policy is in force.
 * It removes the application's CORS headers, and the response varies on `Origin`.
 *
 * Parameters: `out`: where the policy is stored; NULL on failure.
 *
 * Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_PANIC`.
 *
 * Ownership: the policy belongs to the caller (`corsac_policy_free`).
 *
 * Threads: any, with the stack that building a policy needs.
 */
corsac_status corsac_policy_nobody(corsac_policy **out);

/**
 * The number of lints that a policy has. A lint is about a setting that is valid but useless or risky. Log each lint
 * once, when the policy is built.
 *
 * Parameters: `policy` is a policy, or NULL.
 *
 * Returns: the number of lints; 0 for NULL.
 *
 * Threads: any.
 */
size_t corsac_policy_lint_count(const corsac_policy *policy);

/**
 * One lint of a policy.
 *
 * Parameters:
 * - `policy` is a policy.
 * - `index` is below `corsac_policy_lint_count(policy)`.
 * - `out` is where the lint is stored. Its `size` has to be set.
 *
 * Returns: `CORSAC_OK`; `CORSAC_NULL` if a pointer is NULL or there is no such lint; `CORSAC_BAD_SIZE`. If there is
 * no such lint, the slices of `out` are absent.
 *
 * Lifetime: the texts are valid as long as the policy.
 *
 * Threads: any.
 */
corsac_status corsac_policy_lint(const corsac_policy *policy,
                                 size_t index,
                                 corsac_issue *out);

/**
 * Makes a holder of a policy that the program itself builds and swaps.
 *
 * Parameters:
 * - `policy` is the first policy in force. The holder takes another reference, and the caller keeps the old one.
 * - `out`: where the holder is stored; NULL on failure.
 *
 * Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_PANIC`.
 *
 * Ownership: the holder belongs to the caller.
 *
 * Threads: any.
 */
corsac_status corsac_reloadable_from_policy(const corsac_policy *policy,
                                            corsac_reloadable **out);

/**
 * Makes a holder of a file's policy. The file is read now, and again by `corsac_reloadable_reload` or while it is watched.
 *
 * Parameters:
 * - `options`, which may be NULL, `path`, `len`, `err`: as for `corsac_policy_from_file_with`.
 * - `out`: where the holder is stored; NULL on failure.
 *
 * Returns, threads: as for `corsac_policy_from_file_with`. If the file is missing or refused, there is no holder.
 *
 * Ownership: the holder (`corsac_reloadable_free`) and the error belong to the caller.
 */
corsac_status corsac_reloadable_from_file(const corsac_policy_options *options,
                                          const char *path,
                                          size_t len,
                                          corsac_reloadable **out,
                                          corsac_error **err);

/**
 * Takes a reference to the policy that is in force now. A request takes a reference when it begins, decides with that
 * policy, uses the decision, and then gives the reference back with `corsac_policy_free`.
 *
 * Parameters: `reloadable` is a holder, or NULL.
 *
 * Returns: the policy; NULL for NULL. It never blocks.
 *
 * Ownership: the reference belongs to the caller, as with `corsac_policy_clone`. The policy can outlive the holder.
 *
 * Threads: any.
 */
corsac_policy *corsac_reloadable_acquire(const corsac_reloadable *reloadable);

/**
 * Puts another policy in force. Requests that have acquired the old one keep it.
 *
 * Parameters:
 * - `reloadable` is a holder. If it came from a file, the next change to the file, or `corsac_reloadable_reload`, puts
 *   the file's policy in force again.
 * - `policy` is a policy. The holder takes another reference, and the caller keeps the old one.
 *
 * Returns: `CORSAC_OK`; `CORSAC_NULL` (then nothing is swapped); `CORSAC_PANIC`.
 *
 * Threads: any.
 */
corsac_status corsac_reloadable_swap(const corsac_reloadable *reloadable,
                                     const corsac_policy *policy);

/**
 * Reads the file again and puts its policy in force. If anything is wrong with the file, the old policy stays in
 * force.
 *
 * Parameters:
 * - `reloadable` is a holder that came from a file.
 * - `err`: where the error is stored if there is one; otherwise NULL is stored there. `err` itself may be NULL.
 *
 * Returns: as for `corsac_policy_from_file`; `CORSAC_IO` also if there is no file to read.
 *
 * Ownership: the error belongs to the caller.
 *
 * Threads: any, with the stack that building a policy needs. If several threads call it at the same time, they
 * take turns.
 */
corsac_status corsac_reloadable_reload(const corsac_reloadable *reloadable,
                                       corsac_error **err);

/**
 * Frees a holder, and ends its watch as `corsac_reloadable_unwatch` does. Policies that were acquired stay valid.
 *
 * Parameters: `reloadable` is a holder that has not been freed yet and that no thread uses, or NULL, which does
 * nothing. A callback that is running may use the holder until the callback returns, unless another callback frees the
 * holder.
 *
 * Ownership: the library takes it.
 *
 * Threads: any.
 */
void corsac_reloadable_free(corsac_reloadable *reloadable);

/**
 * Checks the file regularly, on a thread of the library. If the file has changed, it is read again as soon as two
 * checks in a row find the same state. A change is noticed whether the file is written in place, renamed into place,
 * or reached through links that change, as Kubernetes does with a ConfigMap. Another call replaces the earlier
 * watch.
 *
 * Parameters:
 * - `reloadable` is a holder that came from a file.
 * - `milliseconds`: the time between two checks, 10 or more. A second is a good choice, because a check is one
 *   system call.
 * - `on_reload` is called with `user` after the file has been read. Both may be NULL.
 *
 * Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_BAD_SIZE` if the time is too short; `CORSAC_IO` if there is no file
 * to watch, or the system has no thread left; `CORSAC_PANIC`.
 *
 * Threads: any. The library's thread has the signal mask of the calling thread, so before this call, block the signals
 * for which the program waits. A forked process does not have the library's thread, so call this after `fork`.
 */
corsac_status corsac_reloadable_watch(const corsac_reloadable *reloadable,
                                      uint64_t milliseconds,
                                      corsac_on_reload on_reload,
                                      void *user);

/**
 * Ends the watch, if there is one, and any watch that a callback begins in the meantime. When this function returns,
 * no callback is running and none will be called. If a callback of the same holder calls this, the watch ends, but
 * the function does not wait for any callback.
 *
 * Parameters: `reloadable` is a holder, or NULL, which does nothing.
 *
 * Threads: any. It waits for a callback that is running. Therefore, the callback must not need a lock that the caller
 * holds.
 */
void corsac_reloadable_unwatch(const corsac_reloadable *reloadable);

/**
 * Decides on a request. It allocates nothing.
 *
 * Parameters:
 * - `policy` is a policy.
 * - `request` is the request, with its `size` and `method` set.
 * - `out` is where the decision is stored. Its `size` has to be set.
 *
 * Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_BAD_SIZE`; `CORSAC_PANIC`. On failure, those fields of `out` that its
 * `size` includes are a refusal.
 *
 * Lifetime: the decision borrows from the policy and from the request's slices.
 *
 * Threads: any, at the same time, with the same policy.
 */
corsac_status corsac_policy_evaluate(const corsac_policy *policy,
                                     const corsac_request *request,
                                     corsac_decision *out);

/**
 * Decides on a request that the server continues with another method. Servers turn a request into a GET when they
 * fetch their error page, or when a backend redirects the request inside the server. This function allocates nothing.
 *
 * The decision is the same as that of `corsac_policy_evaluate`, so that a page may read the errors that it caused. But
 * if `protection` refuses the client's request as a write, the decision is about the request with the method `served`:
 * the write has been done already, or never will be, and an error page is not a write. If `served` is the client's
 * method, this is the same as `corsac_policy_evaluate`.
 *
 * Parameters: as for `corsac_policy_evaluate`; `request` is the client's, `served` is the method with which the server
 * continues.
 *
 * Returns, lifetime, threads: as for `corsac_policy_evaluate`; `CORSAC_NULL` also if `served` is absent. If the
 * decision is `CORSAC_ASK`, `corsac_policy_resolve` decides on the client's request.
 */
corsac_status corsac_policy_evaluate_as_served(const corsac_policy *policy,
                                               const corsac_request *request,
                                               corsac_slice served,
                                               corsac_decision *out);

/**
 * Decides on an error with which the server itself answers a request, because it could not read all of the request
 * or the request is too large. It allocates nothing.
 *
 * The decision is the same as that of `corsac_policy_evaluate`, so that a page may read why its request failed. But if
 * that decision would be `CORSAC_RESPOND`, the error replaces the response, and the decision is the one for a request
 * without `Origin`: no origin is allowed by name. The action is `CORSAC_CONTINUE`: send the error with the decision's
 * headers.
 *
 * Parameters: as for `corsac_policy_evaluate`; any part of the request that could not be read is absent.
 *
 * Returns, lifetime, threads: as for `corsac_policy_evaluate`.
 */
corsac_status corsac_policy_evaluate_host_error(const corsac_policy *policy,
                                                const corsac_request *request,
                                                corsac_decision *out);

/**
 * Decides on a request for which `corsac_policy_evaluate` said `CORSAC_ASK`, with the predicate's answer.
 *
 * Parameters: as for `corsac_policy_evaluate`, with the same request; `answer` is a `corsac_predicate_answer`; any
 * other number counts as `CORSAC_PREDICATE_FAILED`. If the policy does not ask about the request, the answer
 * changes nothing.
 *
 * Returns, lifetime, threads: as for `corsac_policy_evaluate`. The decision is never `CORSAC_ASK`.
 */
corsac_status corsac_policy_resolve(const corsac_policy *policy,
                                    const corsac_request *request,
                                    corsac_predicate_answer answer,
                                    corsac_decision *out);

/**
 * Decides on a request and asks the predicate if that is needed. It combines `corsac_policy_evaluate` and
 * `corsac_policy_resolve` in one call.
 *
 * Parameters: as for `corsac_policy_evaluate`; `predicate` is called at most once, with `user`, which may be NULL. It
 * must not free the last reference to the policy: keep a reference until the call has returned and the decision has
 * been used.
 *
 * Returns, lifetime, threads: as for `corsac_policy_evaluate`; `CORSAC_NULL` also if `predicate` is NULL. The decision
 * is never `CORSAC_ASK`.
 */
corsac_status corsac_policy_evaluate_with(const corsac_policy *policy,
                                          const corsac_request *request,
                                          corsac_predicate predicate,
                                          void *user,
                                          corsac_decision *out);

/**
 * Whether two requests are byte for byte the same in everything that the policy reads, so that it decides the same on
 * both. A host that serves similar requests one after another may then use its last decision again. Keep the earlier
 * request with `corsac_request_copy`. The answers of a predicate can differ between two requests that are the same.
 *
 * Parameters: `policy` is a policy; `one` and `other` are requests, each with its `size` and `method` set.
 *
 * Returns: true if they are the same; false otherwise, and also for a request whose struct has fewer fields than this
 * version of `corsac.h` defines, or that `corsac_policy_evaluate` would not accept.
 *
 * Threads: any.
 */
bool corsac_policy_decides_same(const corsac_policy *policy,
                                const corsac_request *one,
                                const corsac_request *other);

/**
 * Makes a cache.
 *
 * Parameters:
 * - `size`: how many origins are remembered, 2 to 10,000,000.
 * - `milliseconds`: how long each answer is remembered, 1 to 86,400,000 (a day). An origin that is no longer allowed
 *   may still read for that time.
 * - `out`: where the cache is stored; NULL on failure.
 *
 * Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_BAD_SIZE` for a size or a time outside these limits.
 *
 * Ownership: the cache belongs to the caller.
 *
 * Threads: any.
 */
corsac_status corsac_answer_cache_new(size_t size,
                                      uint64_t milliseconds,
                                      corsac_answer_cache **out);

/**
 * Looks an origin up.
 *
 * Parameters:
 * - `cache` is a cache.
 * - `origin` is the origin to look up.
 * - `out` is where the answer is stored: `CORSAC_PREDICATE_ALLOW` or `CORSAC_PREDICATE_DENY`. It is not written if
 *   no answer is remembered.
 *
 * Returns: whether an answer is remembered; false also if a pointer is NULL.
 *
 * Threads: any.
 */
bool corsac_answer_cache_get(const corsac_answer_cache *cache,
                             corsac_slice origin,
                             corsac_predicate_answer *out);

/**
 * The current era of the cache, which ends with `corsac_answer_cache_clear`. Get it before the predicate is asked,
 * and pass it to `corsac_answer_cache_put`. If the cache was cleared after the predicate was asked, the answer is
 * not remembered.
 *
 * Parameters: `cache` is a cache, or NULL.
 *
 * Returns: the era; 0 for NULL.
 *
 * Threads: any.
 */
uint64_t corsac_answer_cache_era(const corsac_answer_cache *cache);

/**
 * Remembers an answer, unless the cache was cleared after the question was asked.
 *
 * Parameters:
 * - `cache` is a cache.
 * - `era` is the result of `corsac_answer_cache_era` before the predicate was asked.
 * - `origin` is the origin that was asked about; it is copied.
 * - `answer` is the predicate's answer. A failure is not remembered, and neither is a number that is not an answer.
 *
 * Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_BAD_SIZE`; `CORSAC_PANIC`.
 *
 * Threads: any.
 */
corsac_status corsac_answer_cache_put(const corsac_answer_cache *cache,
                                      uint64_t era,
                                      corsac_slice origin,
                                      corsac_predicate_answer answer);

/**
 * Asks a predicate through a cache: the predicate is not called if its answer is remembered. `predicate` gets NULL
 * as the request, because an answer that is remembered for an origin must depend only on the origin. `predicate`
 * itself may use the cache.
 *
 * Parameters:
 * - `cache` is a cache.
 * - `predicate` is called with `user` if no answer is remembered; two threads may ask about the same origin at the
 *   same time.
 * - `origin` is the origin to ask about.
 *
 * Returns: the answer; `CORSAC_PREDICATE_FAILED` if a pointer is NULL.
 *
 * Threads: any.
 */
corsac_predicate_answer corsac_answer_cache_ask(const corsac_answer_cache *cache,
                                                corsac_predicate predicate,
                                                void *user,
                                                corsac_slice origin);

/**
 * Forgets all answers. Call it when the data that the predicate reads has changed.
 *
 * Parameters: `cache` is a cache, or NULL, which does nothing.
 *
 * Threads: any.
 */
void corsac_answer_cache_clear(const corsac_answer_cache *cache);

/**
 * Frees a cache.
 *
 * Parameters: `cache` is a cache that has not been freed yet and that no thread uses, or NULL, which does nothing.
 *
 * Ownership: the library takes it.
 *
 * Threads: any.
 */
void corsac_answer_cache_free(corsac_answer_cache *cache);

/**
 * The reason that a server should log for a decision: the reason of a refusal, or of a refusal that was only
 * reported (then `decision->reported` is not `CORSAC_REASON_NONE`). Requests of a site's own pages that the
 * application answers are left out: browsers send `Origin` with the writes of such pages too, and these requests are
 * not refused.
 *
 * Log the reason with its `corsac_reason_help`, at a level that is off by default. Escape all data that the client
 * sent.
 *
 * Parameters:
 * - `decision` is a decision. If nothing has been decided, nothing is logged.
 * - `request` is the request of the decision. If it cannot be read, its page does not count as the site's own.
 *
 * Returns: the reason; `CORSAC_REASON_NONE` if there is nothing to log, or if `decision` is NULL or too small.
 *
 * Threads: any.
 */
corsac_reason corsac_decision_reason_to_log(const corsac_decision *decision,
                                            const corsac_request *request);

/**
 * Puts a decision's headers on a response: it removes the CORS headers that the application has set, sets those of the
 * decision, and merges `Vary`. Call it last, after everything else that sets headers, and for every response,
 * including errors and the responses that corsac itself makes.
 *
 * The callbacks are called on the same thread, before this function returns. Nothing is kept.
 *
 * Parameters:
 * - `decision` is a decision that `corsac_policy_evaluate` or a similar function has filled, and that is still valid.
 * - `response` is the response, with its `size` and all its callbacks set.
 *
 * Returns: `CORSAC_OK`; `CORSAC_NULL`, also for a callback that is NULL; `CORSAC_BAD_SIZE`; `CORSAC_INVALID` for a
 * decision that is `CORSAC_ASK`, or whose headers are not the library's; `CORSAC_CALLBACK` if a callback has failed or
 * passed an invalid value, after which no other callback is called; `CORSAC_PANIC`.
 *
 * After `CORSAC_CALLBACK` or `CORSAC_PANIC`, the response is half changed. After any other failure, it is unchanged
 * and has the application's own CORS headers. In both cases, do not send it, but answer with an error that has none of
 * these headers.
 *
 * If there is no memory for the lines of a response, the process ends, as usual in Rust.
 *
 * Threads: any, one at a time with the same response.
 */
corsac_status corsac_decision_apply(const corsac_decision *decision,
                                    const corsac_response_headers *response);

/**
 * Merges a decision's header whose `op` is `CORSAC_OP_MERGE` into the lines with the same name that the application
 * has set. The result has to replace all of them. `corsac_decision_apply` does both; this function is for hosts that
 * apply decisions themselves.
 *
 * Parameters:
 * - `lines`, `count`: the values of the application's lines; `lines` may be NULL if `count` is 0. Absent slices are
 *   left out.
 * - `decision`: the value of the decision's header.
 * - `buffer`, `capacity`: where the result is stored, followed by a NUL; `buffer` may be NULL if `capacity` is 0.
 * - `length`: where the result's length is stored, without the NUL.
 *
 * Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_BAD_SIZE` if `capacity` is not greater than the length. Then `*length`
 * is set, and the buffer has an empty text. If `decision` comes from a corsac decision, the capacity is always enough
 * if it is the sum of the lengths of all lines and of `decision`, plus 2 for each of them.
 *
 * The buffer may overlap the lines. If there is no memory for the lines, the process ends, as usual in Rust.
 *
 * Ownership: everything belongs to the caller, and nothing is kept.
 *
 * Threads: any.
 */
corsac_status corsac_vary_merge(const corsac_slice *lines,
                                size_t count,
                                corsac_slice decision,
                                char *buffer,
                                size_t capacity,
                                size_t *length);

/**
 * The explanation itself, as JSON or as text for people.
 *
 * Parameters: `explanation` is an explanation, or NULL.
 *
 * Returns: a text in UTF-8, followed by a NUL; an absent slice for NULL.
 *
 * Lifetime: the text is valid until `corsac_explanation_free`.
 *
 * Threads: any.
 */
corsac_slice corsac_explanation_content(const corsac_explanation *explanation);

/**
 * Frees an explanation and its text.
 *
 * Parameters: `explanation` is an explanation that has not been freed yet, or NULL, which does nothing.
 *
 * Ownership: the library takes it. Do not use the pointer again.
 *
 * Threads: any.
 */
void corsac_explanation_free(corsac_explanation *explanation);

/**
 * Explains how a browser handles a request and the responses that a policy gives: whether the script may read the
 * response, everything that is wrong, and which setting to change.
 *
 * Parameters:
 * - `policy` is a policy. Its predicate is not asked; instead, `predicate` in the exchange is its answer.
 * - `exchange`, `len`: the exchange as JSON text in UTF-8, and its length in bytes. It has the request of the
 *   page's script, and the application's own response if that is known. `docs/exchange.schema.json` describes it.
 *   The text is not kept, and needs no NUL.
 * - `format` is a `corsac_explanation_format`.
 * - `out`: where the explanation is stored; NULL on failure.
 * - `err`: where the error is stored on `CORSAC_EXCHANGE`; otherwise NULL is stored there. `err` itself may be
 *   NULL.
 *
 * Returns: `CORSAC_OK`, whatever the verdict is; `CORSAC_EXCHANGE` with all problems of the exchange at once;
 * `CORSAC_NULL`; `CORSAC_BAD_SIZE`, also for a number that is not a format; `CORSAC_PANIC`.
 *
 * Ownership: the explanation and the error belong to the caller (`corsac_explanation_free`, `corsac_error_free`).
 *
 * Threads: any, at the same time, with the same policy; with a stack of 128 KiB or more, because exchanges can be nested.
 *
 * Source: docs/specification.md, sections 8 and 9.
 */
corsac_status corsac_explain(const corsac_policy *policy,
                             const char *exchange,
                             size_t len,
                             corsac_explanation_format format,
                             corsac_explanation **out,
                             corsac_error **err);

/**
 * Explains how a browser handles a request and the responses that any server gave. There is no policy, and the
 * exchange has the responses that the browser got, including the response to the preflight. Everything else is as
 * for `corsac_explain`.
 */
corsac_status corsac_diagnose(const char *exchange,
                              size_t len,
                              corsac_explanation_format format,
                              corsac_explanation **out,
                              corsac_error **err);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* CORSAC_H */
