import type { AnyOptions, CorsOptionsDelegate, Settings } from './options.js'

/**
 * For hosts with the web's `Request` and `Response`. Returns a function that puts a policy around a handler:
 *
 * ```ts
 * const withCors = cors({ allowOrigins: ['https://app.example.com'] })
 * export const GET = withCors(async (request: Request) => Response.json({}))
 * ```
 *
 * Functions among the options get the `Request`.
 */
declare function cors (
  options?: AnyOptions<any> | CorsOptionsDelegate<any>,
  settings?: Settings
): <Q extends WebRequest, A extends unknown[], R extends WebResponse> (
  handler: (request: Q, ...rest: A) => R | PromiseLike<R>
) => (request: Q, ...rest: A) => Promise<R>

/** The members of a web `Request` that corsac reads. */
interface WebRequest {
  readonly method: string
  readonly url: string
  readonly headers: { get (name: string): string | null }
}

/** The members of a web `Response` that corsac uses. */
interface WebResponse {
  readonly status: number
  readonly headers: { get (name: string): string | null }
}

export = cors
