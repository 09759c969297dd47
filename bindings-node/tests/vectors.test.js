'use strict'

// All shared vectors: with options as objects, as text, and through the raw functions that adapters use.

const assert = require('node:assert/strict')
const test = require('node:test')
const { ConfigError, Policy, mergeVary } = require('corsac')
const { decide, decideProtected, decideWithAnswer } = require('../lib/decide/decide.js')
const { MiddlewarePolicy } = require('../lib/decide/middleware-policy.js')
const { Reports } = require('../lib/decide/reports.js')
const { ASK, PREDICATE_ANSWERS } = require('../lib/policy/compiled-policy.js')
const { internalsOf } = require('../lib/policy/policy.js')
const { WITHOUT_ORIGIN, readFields, readHandshakeFields } = require('../lib/request/request-fields.js')
const { headerValue, templateAt } = require('../lib/response/response-template.js')
const vectors = require('./vectors.js')

// Lints are compared; as warnings they would only fill the output.
process.removeAllListeners('warning')

test('every vector has the expected result', () => {
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

const BY_FORMAT = { json: (...all) => Policy.fromJson(...all), toml: (...all) => Policy.fromToml(...all) }

/** Every way to build the policy, with `allowOrigin` if the vector has a predicate. */
function forms ({ config, text }) {
  if (text) return [[text.format, (functions) => BY_FORMAT[text.format](text.text, functions)]]
  return [
    ['native', (functions) => new Policy(typeof config === 'object' ? { ...revive(config), ...functions } : config)],
    ['text', (functions) => Policy.fromJson(JSON.stringify(config), functions)]
  ]
}

/** Replaces the table that stands for a RegExp in a vector by a RegExp. */
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
    // If JavaScript refuses the pattern or the flags, the table stays.
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
  if (vector.lints) {
    assert.deepEqual(findings(build().lints), findings(vector.lints))
    return
  }
  let count = 0
  const predicate = vector.predicate && (() => {
    count++
    if (vector.predicate === 'fail') throw new Error('on purpose')
    return vector.predicate === 'allow'
  })
  const policy = build(predicate && { allowOrigin: predicate })
  const { asked, reported = null, ...expect } = vector.expect
  const { path_decoded: pathDecoded, authority, headers, ...request } = vector.request
  const all = authority === undefined ? headers : [...headers, [':authority', authority]]
  const { error, ...decision } = policy.evaluate({ ...request, headers: all, pathDecoded })
  assert.deepEqual(decision, { ...expect, reported })
  assert.equal(error?.message, asked && vector.predicate === 'fail' ? 'on purpose' : undefined)
  assert.equal(count, asked ? 1 : 0, 'how often the predicate was asked')
  // Adapters always have the path as it was sent.
  if (!pathDecoded) assert.deepEqual(viaRaw(policy, { ...request, headers: all }, vector.predicate), { ...expect, reported }, 'the raw path')
}

function thrown (build) {
  try {
    build()
  } catch (error) {
    return error
  }
  throw new Error('the policy is accepted')
}

/** A multiset as a sorted list. */
function findings (issues) {
  return issues.map(({ code, field }) => `${code} at ${field}`).sort()
}

/** Does what an adapter does: reads the fields of a request, decides, and makes the response. */
function viaRaw (policy, { method, path, headers: lines, secure, websocket }, predicate) {
  const { compiled, predicates } = internalsOf(policy)
  const middleware = new MiddlewarePolicy(compiled, {}, new Reports({}), predicates)
  const headers = {}
  for (const [name, value] of lines) {
    const key = name.toLowerCase()
    headers[key] = key in headers ? `${headers[key]}, ${value}` : value
  }
  const request = { method, url: path, headers, secure }
  const isOptions = method === 'OPTIONS'
  const fields = websocket ? readHandshakeFields(request) : readFields(middleware, request, isOptions)
  const answer = { allow: PREDICATE_ANSWERS.ALLOW, deny: PREDICATE_ANSWERS.DENY, fail: PREDICATE_ANSWERS.FAILED }[predicate]
  let template = isOptions ? middleware.preflightWithoutOrigin : middleware.withoutOrigin
  if (fields !== WITHOUT_ORIGIN) {
    let index = websocket ? decideProtected(compiled, fields) : decide(middleware, isOptions, fields)
    if (index <= ASK) index = websocket ? decideProtected(compiled, fields, answer) : decideWithAnswer(middleware, isOptions, fields, answer)
    template = templateAt(compiled, index)
  }
  const { action, status, body, reason, reported } = template
  const linesOf = ({ name, value }) => [headerValue(value, fields)].flat().map((line) => [name, line])
  return { action, status, headers: template.headers.flatMap(linesOf), body, reason, reported }
}
