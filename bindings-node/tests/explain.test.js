'use strict'

// Explanations: every shared vector of exchanges and findings, and tests of the JavaScript objects.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const test = require('node:test')
const { inspect } = require('node:util')
const { ExchangeError, Explanation, Policy, diagnose } = require('corsac')

const VECTORS = path.join(__dirname, '..', '..', 'tests', 'vectors')
const BLOCKED = { page: 'https://app.example.com', request: { url: 'https://api.example.com/items/7', method: 'DELETE' } }

function vectors (folder) {
  const names = fs.readdirSync(path.join(VECTORS, folder)).filter((name) => name.endsWith('.json') && name !== 'schema.json')
  return names.flatMap((name) => JSON.parse(fs.readFileSync(path.join(VECTORS, folder, name))).vectors)
}

/** Explains the object and its text, which have to lead to the same result. */
function explained (explain, exchange) {
  const explanation = explain(exchange)
  assert.deepEqual(explain(JSON.stringify(exchange)).toJSON(), explanation.toJSON())
  return explanation
}

function policyOf ({ code }, config, exchange) {
  const asks = 'predicate' in exchange || code === 'predicate-unknown'
  return Policy.fromJson(JSON.stringify(config), asks ? { allowOrigin: () => false } : undefined)
}

function explain (vector, config, exchange) {
  const policy = config && policyOf(vector, config, exchange)
  return explained((exchange) => policy ? policy.explain(exchange) : diagnose(exchange), exchange)
}

/** Only the members that the expectation has. */
const pick = (found, expected) => Object.fromEntries(Object.keys(expected).map((key) => [key, found[key] ?? null]))
const codes = ({ findings }) => findings.map(({ code }) => code)

test('exchanges', async (t) => {
  const all = vectors('exchanges')
  assert(all.length > 100)
  for (const { id, exchange, expect: { failed, preflight, ...expected } } of all) {
    await t.test(id, () => {
      const found = explained(diagnose, exchange).toJSON()
      assert.equal(found.steps.find(({ passed }) => !passed)?.name ?? null, failed)
      assert.deepEqual(pick(found, expected), expected)
      if (preflight) assert.deepEqual(pick(found.preflight.hops[0], preflight), preflight)
    })
  }
})

test('findings', async (t) => {
  const all = vectors('findings')
  assert(all.length > 100)
  for (const vector of all) {
    await t.test(vector.id, () => {
      const found = explain(vector, vector.config, vector.exchange)
      assert.equal(found.verdict, vector.verdict)
      assert.deepEqual(codes(found), vector.findings)
      const finding = found.findings.find(({ code }) => code === vector.code)
      for (const name of ['near', 'policy']) {
        if (vector[name]) assert.deepEqual(pick(finding[name], vector[name]), vector[name])
      }
      assert(String(found).includes(`[${vector.code}]`))
      const { config = vector.config, exchange = vector.exchange, findings } = vector.fixed
      assert.deepEqual(codes(explain(vector, config, exchange)), findings)
    })
  }
})

test('an explanation is an object in camelCase, JSON in snake_case, and a text', () => {
  const policy = Policy.fromToml('allow_origins = ["https://app.example.com"]\nallow_methods = ["PUT"]')
  const explanation = policy.explain(BLOCKED)
  assert(explanation instanceof Explanation)
  assert.equal(explanation.crossOrigin, true)
  assert.deepEqual(explanation.findings[0].policy, { field: 'allow_methods', line: 2 })
  assert.equal(explanation.toJSON().cross_origin, true)
  assert.deepEqual(JSON.parse(JSON.stringify(explanation)), explanation.toJSON())
  assert(String(explanation).startsWith('blocked: the browser does not send DELETE https://api.example.com/items/7\n'))
  assert.equal(inspect(explanation), 'Explanation { blocked: method-not-allowed }')
  assert.throws(() => { explanation.findings[0].code = 'x' }, TypeError)
  assert.throws(() => { explanation.verdict = 'x' }, TypeError)
})

test('names of headers are not renamed', () => {
  const headers = [['Access-Control-Allow-Origin', '*'], ['x_snake_case', 'a_b']]
  const request = { url: 'https://api.example.com/', headers: [['x_id', '1']] }
  const preflight = { status: 204, headers: [['Access-Control-Allow-Origin', '*'], ['Access-Control-Allow-Headers', 'x_id']] }
  const { exchange, hiddenHeaders } = diagnose({ page: 'https://app.example.com', request, preflight, response: { status: 200, headers } })
  assert.deepEqual(exchange.response.headers, headers)
  assert.deepEqual(hiddenHeaders, ['access-control-allow-origin', 'x_snake_case'])
})

test('names of fields may be in camelCase or snake_case', () => {
  const pageUrl = 'https://app.example.com/x'
  assert.deepEqual(diagnose({ ...BLOCKED, pageUrl }).toJSON(), diagnose({ ...BLOCKED, page_url: pageUrl }).toJSON())
  assert.deepEqual(diagnose(Buffer.from(JSON.stringify(BLOCKED))).toJSON(), diagnose(BLOCKED).toJSON())
  assert.deepEqual(diagnose({ ...BLOCKED, request: { ...BLOCKED.request, url: new URL(BLOCKED.request.url).href } }).toJSON(), diagnose(BLOCKED).toJSON())
})

test('the function is not called', () => {
  const policy = new Policy({ allowOrigin: () => { throw new Error('called') }, allowMethods: ['DELETE'] })
  assert.equal(policy.explain({ ...BLOCKED, predicate: true, response: { status: 204 } }).verdict, 'readable')
  assert.equal(policy.explain({ ...BLOCKED, predicate: false }).verdict, 'blocked')
})

test('every problem of an exchange is reported', () => {
  const wrong = { page: 'x', request: { url: 'https://api.example.com/', metod: 'PUT' } }
  for (const exchange of [wrong, JSON.stringify(wrong)]) {
    assert.throws(() => diagnose(exchange), (error) => {
      assert(error instanceof ExchangeError)
      assert.equal(error.name, 'ExchangeError')
      assert.equal(error.code, 'ERR_CORSAC_EXCHANGE')
      assert.match(error.message, /cannot be read: 2 problems/)
      assert.deepEqual(error.problems.map(({ path }) => path).sort(), ['page', 'request.metod'])
      return true
    })
  }
})

test('any other argument is an error that can be caught', () => {
  const circle = { ...BLOCKED }
  circle.after = { exchange: circle, seconds: 1 }
  const deep = JSON.parse('{"a":'.repeat(5000) + '1' + '}'.repeat(5000))
  const own = JSON.parse('{"__proto__": {"page": "null"}}')
  for (const exchange of [
    undefined, null, 7, 7n, true, Symbol('x'), () => {}, [], new Map(), new Date(), /x/, circle, deep, own,
    { ...BLOCKED, version: 10n ** 30n }, { ...BLOCKED, response: new Date() }, { ...BLOCKED, page: '\ud800' },
    '', '{', '\ud800', 'null', '['.repeat(100_000), Buffer.alloc(1000), Buffer.from([0xff])
  ]) {
    assert.throws(() => diagnose(exchange), ExchangeError, inspect(exchange).slice(0, 80))
  }
  assert.throws(() => diagnose(Object.create(BLOCKED)), /own enumerable property of the exchange/)
  const thrown = new Error('own')
  assert.throws(() => diagnose({ get page () { throw thrown } }), thrown)
})
