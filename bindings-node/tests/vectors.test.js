'use strict'

// All shared vectors: options given natively, as text, and through the raw path that adapters use.

const assert = require('node:assert/strict')
const test = require('node:test')
const { ConfigError, Policy, mergeVary } = require('corsac')
const { answerAt, text } = require('../lib/answers.js')
const { ASK, SAID } = require('../lib/compiled.js')
const { judge, look, resolve } = require('../lib/decide.js')
const { Layer } = require('../lib/layer.js')
const { parts } = require('../lib/policy.js')
const { NOTHING, read, readHandshake } = require('../lib/request.js')
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

const BY_FORMAT = { json: (...all) => Policy.fromJson(...all), toml: (...all) => Policy.fromToml(...all) }

/** Each way to build the policy, with `allowOrigin` where the vector has a predicate. */
function forms ({ config, text }) {
  if (text) return [[text.format, (functions) => BY_FORMAT[text.format](text.text, functions)]]
  return [
    ['native', (functions) => new Policy(typeof config === 'object' ? { ...revive(config), ...functions } : config)],
    ['text', (functions) => Policy.fromJson(JSON.stringify(config), functions)]
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

/** A multiset, in an order of its own. */
function findings (issues) {
  return issues.map(({ code, field }) => `${code} at ${field}`).sort()
}

/** As an adapter does it: what is read of a request in, an answer out. */
function viaRaw (policy, { method, path, headers: lines, secure, websocket }, predicate) {
  const { compiled, predicates } = parts(policy)
  const layer = new Layer(compiled, {}, predicates)
  const headers = {}
  for (const [name, value] of lines) {
    const key = name.toLowerCase()
    headers[key] = key in headers ? `${headers[key]}, ${value}` : value
  }
  const request = { method, url: path, headers, secure }
  const isOptions = method === 'OPTIONS'
  const pieces = websocket ? readHandshake(request) : read(layer, request, isOptions)
  const said = { allow: SAID.ALLOW, deny: SAID.DENY, fail: SAID.FAILED }[predicate]
  const judged = (said) => websocket ? judge(layer, pieces, said) : resolve(layer, isOptions, pieces, said)
  let answer = isOptions ? layer.options : layer.plain
  if (pieces !== NOTHING) {
    const index = websocket ? judge(layer, pieces) : look(layer, isOptions, pieces)
    answer = answerAt(compiled, index <= ASK ? judged(said) : index)
  }
  const { responds, status, body, reason, reported } = answer
  const headersOf = ({ name, value }) => [text(value, pieces)].flat().map((line) => [name, line])
  return { action: responds ? 'respond' : 'continue', status, headers: answer.headers.flatMap(headersOf), body, reason, reported }
}
