import type { Code, Reason } from '../codes.js'
import type { Exchange, Explanation } from './explanation.js'
import type { PolicyOptions, Settings, TextPredicate, Url } from './options.js'

/** The package's version. */
export const version: string

/**
 * A validated, compiled policy: immutable, and as cheap for a million origins as for one.
 *
 * Settings that are valid but useless or risky are in `lints`, and each of them is emitted as a process warning of type
 * `CorsacWarning` when the policy is built.
 */
export class Policy {
  /** @throws {ConfigError} with every issue at once */
  constructor (options: PolicyOptions)

  /**
   * Reads JSON, with the settings in snake_case or camelCase.
   *
   * @throws {ConfigError} with every issue at once; code `syntax` if the text is not JSON
   */
  static fromJson (text: string | Uint8Array, predicate?: TextPredicate): Policy

  /**
   * Reads TOML.
   *
   * @throws {ConfigError} with every issue at once; code `syntax` if the text is not TOML
   */
  static fromToml (text: string | Uint8Array, predicate?: TextPredicate): Policy

  /**
   * Reads a file: JSON if its name ends in `.json`, else TOML. A path in bytes has to be a `Buffer`.
   *
   * @throws {ConfigError} that names the file; Node's own error (`ENOENT`, …) if the file cannot be read
   */
  static fromFile (path: string | Url | Uint8Array, predicate?: TextPredicate): Policy

  /** Settings that are valid but useless or risky. */
  readonly lints: readonly Issue[]

  /**
   * Decides on one request. Never fails, whatever a client sends.
   *
   * @throws {TypeError} if an asynchronous function has to be called: use `evaluateAsync`
   */
  evaluate (request: PolicyRequest): Decision

  /** Decides on one request. It also works with asynchronous functions. */
  evaluateAsync (request: PolicyRequest): Promise<Decision>

  /**
   * Explains how a browser handles a request and the responses that this policy gives: the verdict, what is wrong, and the
   * setting to change. `response` is the application's own response. Functions are not called: `predicate` says what
   * they would return.
   *
   * @throws {ExchangeError} with every problem at once
   */
  explain (exchange: Exchange | string | Uint8Array): Explanation

  /**
   * Forgets the results of functions (`predicateCache`), including results that are pending. Call it when the data that they
   * use has changed.
   */
  forgetAnswers (): void

  /**
   * Checks the WebSocket handshakes of a server (`protection.websockets`), which never reach a middleware. A handshake
   * that is refused is answered with 403, and no listener of `upgrade` is called; the same is true for HTTP/2's
   * extended CONNECT. Attach the policy to each server, before the server listens and before the policy is given to
   * `cors()`.
   *
   * @throws {Error} `ERR_CORSAC_WEBSOCKETS` if the policy lets every handshake pass
   */
  attach<S extends UpgradeServer> (server: S, settings?: Settings): S

  /**
   * Whether a WebSocket handshake is allowed, for applications that handle handshakes themselves. Without a callback, a
   * handshake is refused if an asynchronous function would have to decide.
   */
  verifyUpgrade (request: UpgradeRequest): boolean
  verifyUpgrade (request: UpgradeRequest, callback: UpgradeCallback): void
}

/** The members of a server of `node:http`, `https` or `http2` that corsac uses. */
export interface UpgradeServer {
  emit (event: any, ...values: any[]): boolean
}

/** The request of a handshake, in Node's form. */
export interface UpgradeRequest {
  headers: { [name: string]: string | string[] | undefined }
  method?: string | undefined
  url?: string | undefined
}

/** `error` is always null: if a function fails, the handshake is refused. */
export type UpgradeCallback = (error: null, allowed: boolean) => void

/** The error for a policy that is refused. */
export class ConfigError extends Error {
  constructor (message: string, issues: readonly Issue[])
  readonly name: 'ConfigError'
  readonly code: 'ERR_CORSAC_CONFIG'
  /** All issues, in the order in which they were found. */
  readonly issues: readonly Issue[]
}

/** One thing in a policy that is wrong or unwise. */
export interface Issue {
  /** The kind of the problem. */
  readonly code: Code
  /** Whether the policy is refused because of it. */
  readonly severity: 'error' | 'lint'
  /** The setting in snake_case with its index (`allow_origins[2]`); empty for the whole policy. */
  readonly field: string
  /** The value that is wrong, as text, escaped and shortened. */
  readonly value: string
  /** What is wrong. */
  readonly message: string
  /** What to write instead. */
  readonly help: string
  /** The line of the text or file, from 1, if it is known. */
  readonly line: number | null
}

/** The parts of a request that matter for CORS. The requests of Node and of Express can be passed as they are. */
export interface PolicyRequest {
  /** The method as it was sent: methods are case-sensitive. */
  method: string
  /** All headers, or only those that matter. Others are ignored. */
  headers?: RequestHeaders | null | undefined
  /** The target as it was sent. It is read if the policy has routes. */
  path?: string | null | undefined
  /** Takes precedence over `path` and `url`, from which frameworks remove the path of a mount. */
  originalUrl?: string | undefined
  /** It is read if there is neither `path` nor `originalUrl`. */
  url?: string | undefined
  /** Whether the host has decoded the path already, and has not kept it as it was sent. Default false. */
  pathDecoded?: boolean | null | undefined
  /**
   * Whether the connection is known to be TLS. `secure` and `websocket` are read if the policy has `protection`.
   * Default false.
   */
  secure?: boolean | null | undefined
  /** Whether the request is a WebSocket handshake, whatever its headers say. Default false. */
  websocket?: boolean | null | undefined
}

/** `req.headers`, a `Headers` object, a `Map`, or [name, value] pairs. Names may be in any case. */
export type RequestHeaders =
  | { readonly [name: string]: string | readonly string[] | undefined }
  | Iterable<readonly [name: string, value: string | readonly string[]]>

/** What to do with one request. */
export interface Decision {
  /** `continue`: run the application and put the headers on its response. `respond`: answer now, without it. */
  action: 'continue' | 'respond'
  /** The status to respond with; null if the application responds. */
  status: number | null
  /**
   * The headers in the order in which they are sent, with names in lower case. Merge `vary` into the response's own:
   * see `mergeVary`.
   */
  headers: [name: string, value: string][]
  /** The body to respond with. */
  body: string
  reason: Reason
  /** The reason of a refusal that was only reported. */
  reported: Reason | null
  /** Why the function that decides on the origin failed; absent if it did not. */
  error?: unknown
}

/**
 * Merges a decision's `Vary` into the application's line or lines. No name that the application lists is lost, and no
 * name is listed twice.
 */
export function mergeVary (application: string | readonly string[] | undefined, decision: string): string
