import type { Code, Reason } from '../codes.js'
import type { PolicyOptions, Settings, TextPredicate, Url } from './options.js'

/** The package's version. */
export const version: string

/**
 * A validated, compiled policy: immutable, and as cheap for a million origins as for one.
 *
 * What is valid but useless or risky is in `lints`, and each is emitted as a process warning of type
 * `CorsacWarning` when the policy is built.
 */
export class Policy {
  /** @throws {ConfigError} with every issue at once */
  constructor (options: PolicyOptions)

  /**
   * Reads JSON, with the settings in snake_case or camelCase.
   *
   * @throws {ConfigError} with every issue at once; code `syntax` where the text is not JSON
   */
  static fromJson (text: string | Uint8Array, predicate?: TextPredicate): Policy

  /**
   * Reads TOML.
   *
   * @throws {ConfigError} with every issue at once; code `syntax` where the text is not TOML
   */
  static fromToml (text: string | Uint8Array, predicate?: TextPredicate): Policy

  /**
   * Reads a file: JSON if its name ends in `.json`, else TOML.
   *
   * @throws {ConfigError} that names the file; Node's own error (`ENOENT`, …) where it cannot be read
   */
  static fromFile (path: string | Url | Uint8Array, predicate?: TextPredicate): Policy

  /** What is valid but useless or risky in the options. */
  readonly lints: readonly Issue[]

  /**
   * Decides on one request. Never fails for what a client sends.
   *
   * @throws {TypeError} where a function has to be asked that answers later: `evaluateAsync`
   */
  evaluate (request: PolicyRequest): Decision

  /** The same where functions may answer later. */
  evaluateAsync (request: PolicyRequest): Promise<Decision>

  /** Forgets what functions answered, and what is on its way (`predicateCache`): for when what they ask has changed. */
  forgetAnswers (): void

  /**
   * Judges the WebSocket handshakes of a server (`protection.websockets`), which never pass a middleware: one that is
   * refused is answered with 403 before any listener of `upgrade` hears of it. HTTP/2's extended CONNECT too. Attach
   * each server, before it listens and before the policy is given to `cors()`.
   *
   * @throws {Error} `ERR_CORSAC_WEBSOCKETS` where the policy lets every handshake pass
   */
  attach<S extends UpgradeServer> (server: S, settings?: Settings): S

  /**
   * Whether a WebSocket handshake may go on, for those who judge it themselves. Without a callback a function that
   * answers later has not allowed it.
   */
  verifyUpgrade (request: UpgradeRequest): boolean
  verifyUpgrade (request: UpgradeRequest, callback: UpgradeCallback): void
}

/** A server of `node:http`, `https` or `http2`, as far as it is used here. */
export interface UpgradeServer {
  emit (event: any, ...values: any[]): boolean
}

/** The request of a handshake, as Node has it. */
export interface UpgradeRequest {
  headers: { [name: string]: string | string[] | undefined }
  method?: string | undefined
  url?: string | undefined
}

/** `error` is always null: what fails is refused. */
export type UpgradeCallback = (error: null, allowed: boolean) => void

/** A policy that is refused. */
export class ConfigError extends Error {
  constructor (message: string, issues: readonly Issue[])
  readonly name: 'ConfigError'
  readonly code: 'ERR_CORSAC_CONFIG'
  /** Everything that was found, in the order of the settings. */
  readonly issues: readonly Issue[]
}

/** One thing that is wrong, or unwise, in a policy. */
export interface Issue {
  /** What kind of problem it is. */
  readonly code: Code
  /** Whether the policy is refused for it. */
  readonly severity: 'error' | 'lint'
  /** The setting in snake_case with its index (`allow_origins[2]`); empty for the whole. */
  readonly field: string
  /** The offending value as text, escaped and cut. */
  readonly value: string
  /** What is wrong. */
  readonly message: string
  /** What to write instead. */
  readonly help: string
  /** The line of the text or file, from 1, where it is known. */
  readonly line: number | null
}

/** One request, as far as CORS is concerned. Node's own may be given as it is, and that of Express. */
export interface PolicyRequest {
  /** As sent: methods are case-sensitive. */
  method: string
  /** All headers, or those that matter; further ones are ignored. */
  headers?: RequestHeaders | null | undefined
  /** The target as it was sent. Read where the policy has routes. */
  path?: string | null | undefined
  /** Goes before `path`, which is cut in frameworks that mount. */
  originalUrl?: string | undefined
  /** Stands in for `path`. */
  url?: string | undefined
  /** The path has been decoded already, and there is no other. Default false. */
  pathDecoded?: boolean | null | undefined
  /** The connection is known to be TLS. This and what follows is read where the policy has `protection`. Default false. */
  secure?: boolean | null | undefined
  /** It is a WebSocket handshake, whatever the headers say. Default false. */
  websocket?: boolean | null | undefined
}

/** `req.headers`, a `Headers` object, a `Map`, or [name, value] pairs. Names in any case. */
export type RequestHeaders =
  | { readonly [name: string]: string | readonly string[] | undefined }
  | Iterable<readonly [name: string, value: string | readonly string[]]>

/** What to do with one request. */
export interface Decision {
  /** `continue`: run the application and put the headers on its response. `respond`: answer now, without it. */
  action: 'continue' | 'respond'
  /** The status to answer with, null where the application answers. */
  status: number | null
  /** In the order in which they are sent, names in lower case. `vary` is to be merged, see `mergeVary`. */
  headers: [name: string, value: string][]
  /** The body to answer with. */
  body: string
  reason: Reason
  /** The refusal that was let pass and only reported. */
  reported: Reason | null
  /** Why the function that was asked about the origin failed; only there if it did. */
  error?: unknown
}

/**
 * Merges a decision's `Vary` into the application's line or lines: nothing of theirs is lost, no field is named
 * twice.
 */
export function mergeVary (application: string | readonly string[] | undefined, decision: string): string
