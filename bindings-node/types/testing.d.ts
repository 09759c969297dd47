import type { FindingCode } from '../codes.js'
import type { Explanation } from './explanation.js'
import type { Policy } from './policy.js'
import type { Reloadable } from './reloadable.js'

/** Headers in the forms that a script may use. */
export type ScriptHeaders = Readonly<Record<string, string>> | ReadonlyArray<readonly [name: string, value: string]> | { entries (): Iterable<[string, string]> }

/** The request of a page's script, as in `fetch(path, options)`. */
export interface ScriptRequest {
  /**
   * The page's origin, such as `https://app.example.com`. Default: the origin of the browser's options.
   */
  origin?: string
  /** Default GET. */
  method?: string
  headers?: ScriptHeaders
  /** `true` for `credentials: 'include'`, or the credentials mode. */
  credentials?: boolean | 'omit' | 'same-origin' | 'include'
  body?: string | Uint8Array
  /** A body that is sent as JSON, with its Content-Type. */
  json?: unknown
  redirect?: 'follow' | 'error' | 'manual'
  mode?: 'cors' | 'no-cors' | 'same-origin'
}

export interface BrowserOptions {
  /** The server's address in the browser. Default `https://testserver` for applications. */
  baseUrl?: string
  /** Other servers by their origins, for redirects. */
  servers?: Readonly<Record<string, Server>>
  /** The server's cookies, which are sent if the browser sends cookies. */
  cookies?: Readonly<Record<string, string>>
  /** The server's policy, for explanations that name its settings. */
  policy?: Policy | Reloadable
  /** Milliseconds that one response may take. Default 10000. */
  timeout?: number
}

/**
 * An application (Express, Connect, Koa, NestJS, Fastify, Hono), a listener or a server of `node:http`, a function from the web's
 * `Request` to its `Response`, or the URL of a running server.
 */
export type Server = string | object

/** A server's response. */
export interface ServerResponse {
  readonly status: number
  /** All headers that came, with names in lower case. Repeated headers are not joined. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly body: Uint8Array
  /** The URL that responded, after all redirects. */
  readonly url: string
}

/** The result of a request of a page's script. */
export class Fetched {
  private constructor ()
  /** What the browser did, what is wrong and how to fix it. */
  readonly explanation: Explanation
  /** Whether the script can read the response. */
  readonly isReadable: boolean
  /**
   * Whether the browser withholds the response from the script. A request that fails for another reason is
   * neither readable nor blocked.
   */
  readonly isBlocked: boolean
  /** The last response that came, whether or not the script can read it. */
  readonly response: ServerResponse | null
  /** A line for each request on the wire, with its response. */
  readonly sent: readonly string[]
  toString (): string
}

/**
 * A simulated browser that sends the requests of a page's script to a server, as the Fetch standard
 * says. Each request is made by a fresh browser, without a cache and without cookies of its own.
 */
export class Browser {
  /** @throws {TypeError} if the server is not of a kind that can answer requests */
  constructor (server: Server, options?: BrowserOptions & { origin?: string })
  /**
   * Does what a browser does when a page's script calls `fetch(path, options)`.
   *
   * @throws {ExchangeError} if the request is not one that a script could make
   */
  fetch (path?: string, options?: ScriptRequest): Promise<Fetched>
}

/**
 * Fails unless a browser lets a page's script read the response to this request, whatever its status is.
 *
 * @throws {AssertionError} whose message is the explanation
 */
export function assertReadable (server: Server | Browser, path?: string, options?: ScriptRequest & BrowserOptions): Promise<ServerResponse & { readonly explanation: Explanation }>

/**
 * Fails unless the browser withholds the response from the page's script. A server that cannot be reached has not blocked anything.
 *
 * @throws {AssertionError} whose message is the explanation
 */
export function assertBlocked (server: Server | Browser, path?: string, options?: ScriptRequest & BrowserOptions & {
  /** The code of a finding that the explanation must have. */
  code?: FindingCode
}): Promise<Explanation>

/**
 * Options of the matchers. For a server, they are those of a request and of a browser, and `path`. For a response that the
 * test has received, only `method`, `headers`, `credentials`, `policy`, `url` and `preflight` can be given.
 */
export type MatcherOptions = Omit<ScriptRequest, 'origin'> & BrowserOptions & {
  /** The path to request from a server. Default `/`. */
  path?: string
  /** The URL that the test has requested. */
  url?: string
  /** The response to the preflight that the test has sent. */
  preflight?: object
}

export interface CorsMatchers<R = void> {
  /** Whether a page of this origin can read the response. For a server, the result is a promise. */
  toBeReadableFrom (origin: string, options?: MatcherOptions): R
  /**
   * Whether the browser withholds the response from a page of this origin. For a server, the result is a
   * promise.
   */
  toBeBlockedFrom (origin: string, options?: MatcherOptions & { code?: FindingCode }): R
}

interface MatcherResult { pass: boolean, message: () => string }

/** For `expect.extend(matchers)` of vitest and jest. */
export const matchers: {
  toBeReadableFrom (received: unknown, origin: string, options?: MatcherOptions): MatcherResult | Promise<MatcherResult>
  toBeBlockedFrom (received: unknown, origin: string, options?: MatcherOptions & { code?: FindingCode }): MatcherResult | Promise<MatcherResult>
}
