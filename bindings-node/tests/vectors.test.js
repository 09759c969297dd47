'use strict'

// All shared vectors: options given natively, as text, and through the raw path that adapters use.

const assert = require('node:assert/strict')
const test = require('node:test')
const { ConfigError, Policy, mergeVary } = require('corsac')
const { compiled } = require('../lib/policy.js')
const { headers: materialise } = require('../lib/compiled.js')
const vectors = require('./vectors.js')

// Lints are compared; as warnings they would only fill the output.
process.removeAllListeners('warning')

test('every vector holds', () => {
  const failures = []
  let runs = 0
  const run = (vector, form, body) => {
    runs += 1
    try {
      body()
    } catch (error) {
      failures.push(`${vector.id} (${form}): ${error.message}`)
    }
  }
  for (const vector of vectors.read()) {
    if (vector.vary) {
      const { application, decision, merged } = vector.vary
      run(vector, 'vary', () => assert.equal(mergeVary(application, decision), merged))
    } else {
      for (const [form, build] of forms(vector)) run(vector, form, () => holds(vector, build))
    }
  }
  assert.deepEqual(failures, [])
  assert.equal(runs, vectors.count())
})

function forms ({ config, text }) {
  if (text) return [[text.format, () => text.format === 'json' ? Policy.fromJson(text.text) : Policy.fromToml(text.text)]]
  return [
    ['native', () => new Policy(revive(config))],
    ['text', () => Policy.fromJson(JSON.stringify(config))]
  ]
}

/** In JavaScript a RegExp is an object of its own. */
function revive (config) {
  if (config.dialect !== 'cors' || !('origin' in config)) return config
  return { ...config, origin: revived(config.origin) }
}

function revived (value) {
  if (Array.isArray(value)) return value.map(revived)
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : []
  if (typeof value?.regexp !== 'string' || keys.some((key) => key !== 'regexp' && key !== 'flags')) return value
  try {
    return new RegExp(value.regexp, value.flags)
  } catch {
    // What JavaScript cannot say stays a table.
    return value
  }
}

function holds (vector, build) {
  if (vector.issues) {
    const error = thrown(build)
    assert(error instanceof ConfigError, String(error))
    assert.deepEqual(findings(error.issues), findings(vector.issues))
    return
  }
  const policy = build()
  if (vector.lints) {
    assert.deepEqual(findings(policy.lints), findings(vector.lints))
    return
  }
  const { reported, ...decision } = policy.evaluate(vector.request)
  assert.equal(reported, null)
  assert.deepEqual(decision, vector.expect)
  assert.deepEqual(viaRaw(compiled(policy), vector.request), vector.expect, 'the raw path')
}

function thrown (build) {
  try {
    build()
  } catch (error) {
    return error
  }
  throw new Error('the policy is accepted')
}

/** A multiset, in an order of its own. */
function findings (issues) {
  return issues.map(({ code, field }) => `${code} at ${field}`).sort()
}

/** As an adapter does it: joined headers in, the index of a shape out. */
function viaRaw (policy, { method, headers }) {
  const get = (wanted) => {
    const values = headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value)
    return values.length > 0 ? values.join(', ') : undefined
  }
  const pieces = ['origin', 'access-control-request-method', 'access-control-request-headers'].map(get)
  const options = method === 'OPTIONS'
  let index = options ? policy.options : policy.plain
  if (pieces[0] !== undefined) {
    index = options
      ? policy.decidePreflight(...pieces, get('access-control-request-private-network'))
      : policy.decide(pieces[0])
  }
  const shape = policy.shapes[index]
  const { action, status, body, reason } = shape
  return { action, status, headers: materialise(shape, pieces), body, reason }
}
