// The same names from an ECMAScript module.

import { ConfigError, Policy, mergeVary, version, type Decision, type PolicyOptions } from 'corsac'

const options: PolicyOptions = { allowOrigins: ['*'] }
const decision: Decision = new Policy(options).evaluate({ method: 'GET' })
const texts: string[] = [decision.reason, mergeVary([], version), new ConfigError('', []).code]
export { texts }
