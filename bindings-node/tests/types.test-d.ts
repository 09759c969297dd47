// Tests of what the types accept and refuse, from CommonJS. Checked by the compiler, never run: a line under
// `@ts-expect-error` that is accepted is an error as well.

import corsac = require('corsac')
import { Policy, ConfigError, Reloadable, mergeVary, version } from 'corsac'
import type { Code, Decision, Issue, PolicyOptions, Reason } from 'corsac'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
function same<A, B> (_: Equal<A, B>): void {}

declare const url: { readonly href: string, readonly protocol: string }
declare const readonlyList: readonly string[]

const policy = new Policy({
  allowOrigins: ['https://app.example.com', url],
  allowOriginRegex: [/^https:\/\/a\.example$/, 'https://b\\.example'],
  allowMethods: new Set(['PUT']),
  allowHeaders: readonlyList,
  allowCredentials: true,
  exposeHeaders: ['ETag'],
  maxAge: false,
  preflightStatus: 200,
  preflightContinue: false,
  allowPrivateNetwork: false,
  keepAppHeaders: true,
  dangerouslyAllow: ['insecure-origins'],
  protection: { writes: 'reject', websockets: 'reject', trustedOrigins: ['https://a.example'], reportOnly: true },
  routes: [{ path: '/public/{*rest}', allowOrigins: ['*'], protection: { writes: 'off' } }, { path: '/a', allowOrigin: async (origin) => origin === '' }],
  allowOrigin: (origin, request) => origin === request.url,
  predicateTimeout: 2,
  predicateCache: { size: 100, ttl: 60 }
})
new Policy({ dialect: 'cors', origin: (origin, callback) => callback(null, true) })
Policy.fromFile('cors.toml', { allowOrigin: async () => true, predicateTimeout: 1 })
const decisionLater: Promise<Decision> = policy.evaluateAsync({ method: 'GET', path: '/', pathDecoded: true, secure: true, websocket: false })
decisionLater.then(({ error, reported }) => [error, reported])
policy.forgetAnswers()

const reloadable = Reloadable.fromFile('cors.toml', { allowOrigin: () => true }).watch({ interval: 500, onReload: (policy) => policy.lints, onError: (error) => error.message })
new Reloadable(policy).swap(reloadable.policy).lints
reloadable.reload().lints
reloadable.close()
declare const server: { emit (event: string | symbol, ...values: any[]): boolean, listen (): void }
reloadable.attach(server).listen()
policy.attach(server, { onDecision: ({ reported }) => reported }).listen()
const allowed: boolean = policy.verifyUpgrade({ headers: {}, url: '/' })
if (!allowed) throw new Error()
policy.verifyUpgrade({ headers: {} }, (error, allowed) => same<boolean, typeof allowed>(true))
corsac(reloadable, { verifiesUpgrades: true })

new Policy({ dialect: 'cors' })
new Policy({ dialect: 'cors', origin: true, methods: 'GET,PUT', allowedHeaders: ['X-A'], optionsSuccessStatus: 204, maxAge: 5 })
const options: PolicyOptions = { dialect: 'cors', origin: ['https://a.example', [/^https:\/\/b$/], new Set([url])] }
new Policy(options)
same<Policy, ReturnType<typeof Policy.fromJson>>(true)
Policy.fromToml(new Uint8Array())
Policy.fromFile('cors.toml')
Policy.fromFile(url)
same<readonly Issue[], typeof policy.lints>(true)

// @ts-expect-error a string is not a list
new Policy({ allowOrigins: 'https://app.example.com' })
// @ts-expect-error the characters of a string are not a list
new Policy({ allowOrigins: [1] })
// @ts-expect-error a variable that may be undefined is not accepted
new Policy({ allowOrigins: undefined })
// @ts-expect-error the dialect's options need its name
new Policy({ origin: '*' })
// @ts-expect-error there is no such setting
new Policy({ allowOrigins: [], allowOrigin: [] })
// @ts-expect-error there is no such check
new Policy({ allowOrigins: [], dangerouslyAllow: ['everything'] })
// @ts-expect-error seconds are a number
new Policy({ allowOrigins: [], maxAge: '600' })
// @ts-expect-error there is no such mode
new Policy({ allowOrigins: [], protection: { writes: 'refuse' } })
// @ts-expect-error a route has a path
new Policy({ allowOrigins: [], routes: [{ allowOrigins: ['*'] }] })
// @ts-expect-error routes have no routes
new Policy({ allowOrigins: [], routes: [{ path: '/', routes: [] }] })
// @ts-expect-error origins belong in the text
Policy.fromJson('', { allowOrigins: [] })
// @ts-expect-error a reloadable holds a policy
new Reloadable({ allowOrigins: [] })
// @ts-expect-error there is no such setting
reloadable.watch({ every: 5 })
// @ts-expect-error options are needed
new Policy()
// @ts-expect-error lints cannot be set
policy.lints = []

const decision = policy.evaluate({ method: 'GET', headers: { origin: 'https://a.example', 'set-cookie': ['a'], etag: undefined } })
same<Decision, typeof decision>(true)
same<'continue' | 'respond', typeof decision.action>(true)
same<number | null, typeof decision.status>(true)
same<Reason, typeof decision.reason>(true)
for (const [name, value] of decision.headers) {
  same<string, typeof name>(true)
  same<string, typeof value>(true)
}
policy.evaluate({ method: 'GET' })
policy.evaluate({ method: 'GET', path: null, headers: null })
policy.evaluate({ method: 'GET', headers: [['origin', 'https://a.example']] })
policy.evaluate({ method: 'GET', headers: new Map([['origin', 'https://a.example']]) })
// @ts-expect-error the method is needed
policy.evaluate({ headers: {} })
// @ts-expect-error values are strings
policy.evaluate({ method: 'GET', headers: { origin: 1 } })
// @ts-expect-error a string is not a pair
policy.evaluate({ method: 'GET', headers: ['origin'] })

const error = new ConfigError('', [])
same<readonly Issue[], typeof error.issues>(true)
const code: Code | undefined = error.issues[0]?.code
if (code === 'origin-trailing-slash') throw error
// @ts-expect-error there is no such code
if (code === 'no-such-code') throw error
// @ts-expect-error there is no such reason
if (decision.reason === 'no-such-reason') throw error

same<string, typeof version>(true)
mergeVary(undefined, 'Origin').length
mergeVary(readonlyList, 'Origin')
mergeVary('Accept', corsac.version)

const explanation = policy.explain({ page: 'null', request: { url: '/' } })
same<corsac.Explanation, typeof explanation>(true)
if (explanation.findings[0]?.code === 'allow-origin-missing') explanation.toJSON().verdict satisfies string
// @ts-expect-error there is no such finding
if (explanation.findings[0]?.code === 'no-such-finding') corsac.diagnose('{}')
// @ts-expect-error the request is needed
corsac.diagnose({ page: 'null' })
// @ts-expect-error explanations are immutable
explanation.verdict = 'readable'
