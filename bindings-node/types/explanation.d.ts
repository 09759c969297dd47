import type { FindingCode } from '../codes.js'

/** A header's name and value, one character for each byte. */
export type HeaderPair = readonly [name: string, value: string]

/** A server's response, or why there was none; null if it is not known. */
export type ServerAnswer =
  | { status: number, headers?: readonly HeaderPair[] }
  | { error: 'connection' | 'timeout' | 'tls' | 'dns' | 'incomplete' }
  | null

/** The response to a request, or to one of its redirects, with the response to the preflight before it. */
export type ExchangeHop =
  | { status: number, headers?: readonly HeaderPair[], preflight?: ServerAnswer }
  | { error: 'connection' | 'timeout' | 'tls' | 'dns' | 'incomplete', preflight?: ServerAnswer }
  | null

/** The request that the page's script makes. */
export interface ExchangeRequest {
  /** Absolute, or relative to the page. */
  url: string
  method?: string
  headers?: readonly HeaderPair[]
  credentials?: 'omit' | 'same-origin' | 'include'
  mode?: 'cors' | 'no-cors' | 'same-origin' | 'navigate'
  redirect?: 'follow' | 'error' | 'manual'
  cache?: 'default' | 'no-store' | 'reload' | 'no-cache' | 'force-cache' | 'only-if-cached'
  integrity?: string
  body?: 'none' | 'text' | 'urlencoded' | 'form-data' | 'stream' | { type: string }
  uploadListener?: boolean
  initiator?: 'fetch' | 'xhr' | 'beacon' | 'eventsource' | 'websocket' | 'form' | 'img' | 'script' | 'module' | 'css' | 'font'
}

/** A request of a page's script and the responses to it. Names of fields may also be in snake_case. */
export interface Exchange {
  version?: 1
  /** The page's origin, such as `https://app.example.com`, or `null`. */
  page: string
  pageUrl?: string
  request: ExchangeRequest
  preflight?: ServerAnswer
  /** The response, or a list of redirects that ends with the response. */
  response?: ExchangeHop | readonly ExchangeHop[]
  /**
   * An earlier exchange whose preflight may still be cached, and the seconds since that preflight.
   */
  after?: { exchange: Exchange, seconds: number }
  /** The result that the function `allowOrigin` would have. */
  predicate?: boolean | 'failed'
}

export type Verdict = 'readable' | 'opaque' | 'blocked' | 'sent-but-unreadable' | 'sent' | 'failed' | 'invalid' | 'unknown'

/** One request on the wire, and whether a preflight comes before it. */
export interface RequestOnTheWire {
  readonly url: string
  readonly needed: boolean
  readonly cached: boolean
  readonly because: readonly string[]
  readonly headers: readonly HeaderPair[]
}

/** One thing that is wrong or worth knowing, and how to fix it. */
export interface Finding {
  readonly code: FindingCode
  readonly severity: 'error' | 'warning' | 'note'
  readonly message: string
  readonly help: string
  /** A value that the page's origin nearly matched; `field` is the setting, or the response header, that has it. */
  readonly near?: { readonly what: string, readonly configured: string, readonly field: string, readonly line?: number }
  /** The setting of the policy that decides. */
  readonly policy?: { readonly route?: string, readonly field: string, readonly line?: number }
}

/** An explanation as JSON, with names in snake_case: `explanation.schema.json` describes it. */
export interface ExplanationJson {
  version: 1
  verdict: Verdict
  findings: { code: FindingCode, severity: 'error' | 'warning' | 'note', message: string, help: string }[]
  [field: string]: unknown
}

/** How a browser handles an exchange. `String(explanation)` is a page of text for people. */
export class Explanation {
  private constructor ()
  readonly version: 1
  /** How the request ends under the Fetch standard. */
  readonly verdict: Verdict
  /** Whether the request, or one that it is redirected to, goes to another origin. */
  readonly crossOrigin: boolean
  readonly preflight: {
    readonly needed: boolean
    readonly because: readonly string[]
    readonly headers: readonly HeaderPair[]
    readonly hops: readonly RequestOnTheWire[]
  }
  /**
   * Each check that the browser makes, in the order of the browser, with its source in the Fetch
   * standard.
   */
  readonly steps: readonly {
    readonly name: string
    readonly hop: number
    readonly passed: boolean
    readonly source: string
    readonly saw: string
  }[]
  readonly readableHeaders: readonly string[]
  readonly hiddenHeaders: readonly string[]
  readonly droppedHeaders: readonly string[]
  /** Everything that is wrong or worth knowing, in the order in which it has to be fixed. */
  readonly findings: readonly Finding[]
  /** What each browser engine does and prints. */
  readonly engines: Readonly<Record<'chromium' | 'firefox' | 'webkit', {
    readonly version: string
    readonly verdict: Verdict
    readonly preflights: readonly RequestOnTheWire[]
    readonly readableHeaders: readonly string[]
    readonly droppedHeaders: readonly string[]
    readonly console: readonly string[]
  }>>
  /** The exchange, without secrets, with the policy's responses filled in. */
  readonly exchange: Exchange
  toJSON (): ExplanationJson
  toString (): string
}

/** One thing that is wrong with an exchange that cannot be read. */
export interface ExchangeProblem {
  /** The path to it: `request.headers[2][0]`; empty for the exchange as a whole. */
  readonly path: string
  /** What is wrong. */
  readonly message: string
  /** What to write instead. */
  readonly help: string
}

/** The error for an exchange that cannot be read. */
export class ExchangeError extends Error {
  constructor (message: string, problems: readonly ExchangeProblem[])
  readonly name: 'ExchangeError'
  readonly code: 'ERR_CORSAC_EXCHANGE'
  readonly problems: readonly ExchangeProblem[]
}

/**
 * Explains how a browser handles a request and the responses that any server gave: the verdict, what is wrong and how to fix
 * it, and what browsers print.
 *
 * @throws {ExchangeError} with every problem at once
 */
export function diagnose (exchange: Exchange | string | Uint8Array): Explanation
