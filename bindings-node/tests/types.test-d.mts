// The main module's types, from an ECMAScript module. Checked by the compiler, never run.

import corsac, { ConfigError, Policy, cors, mergeVary, version, type Code, type CorsOptions, type Decision, type PolicyOptions } from 'corsac'

const options: PolicyOptions = { allowOrigins: ['*'] }
const decision: Decision = new Policy(options).evaluate({ method: 'GET' })
const texts: string[] = [decision.reason, mergeVary([], version), new ConfigError('', []).code]
const settings: CorsOptions = { origin: (origin, callback) => callback(null, origin.length > 9) }
const code: Code = 'origin-path'
const middleware = [corsac(), cors(settings), corsac.cors(), corsac(new corsac.Policy(options))]
export { code, middleware, texts }
