'use strict'

// A policy remembers origins that it allowed, and the last preflight that it allowed. Each response is as if nothing were
// remembered.

const assert = require('node:assert/strict')
const http = require('node:http')
const test = require('node:test')
const corsac = require('corsac')
const { facts } = require('../lib/engine.js')
const { MiddlewarePolicy } = require('../lib/decide/middleware-policy.js')
const { Reports } = require('../lib/decide/reports.js')
const { decide } = require('../lib/decide/decide.js')
const { internalsOf } = require('../lib/policy/policy.js')
const { readFields } = require('../lib/request/request-fields.js')
const { ORIGIN, OTHER, listen, preflight, send } = require('./client.js')

const { Policy } = corsac
const EVERYTHING = { allowOrigins: [ORIGIN, OTHER], allowMethods: ['*'], allowHeaders: ['*'], allowCredentials: true, allowPrivateNetwork: true }
/** Preflights that differ from each other in one field, or in none. */
const PREFLIGHTS = [
  preflight(ORIGIN, 'PUT', 'x-a,x-b'),
  preflight(ORIGIN, 'PUT', 'x-a,x-b'),
  preflight(ORIGIN, 'PUT', 'x-b,x-a'),
  preflight(ORIGIN, 'PUT', 'x-a,,'),
  { ...preflight(ORIGIN, 'PUT'), 'access-control-request-headers': '' },
  preflight(ORIGIN, 'PUT'),
  preflight(ORIGIN, 'put'),
  preflight(ORIGIN, 'DELETE'),
  preflight(OTHER, 'DELETE'),
  preflight('https://neither.example', 'DELETE'),
  { ...preflight(OTHER, 'DELETE'), 'access-control-request-private-network': 'true' },
  { ...preflight(OTHER, 'DELETE'), 'access-control-request-private-network': 'false' },
  { origin: OTHER },
  {}
]

/** A middleware's own state, and a function that uses this state to decide on preflights, or on requests with GET. */
function remembering (policy, method = 'OPTIONS') {
  const middleware = new MiddlewarePolicy(internalsOf(policy).compiled, {}, new Reports({}))
  let calls = 0
  for (const name of ['decide', 'decidePreflight']) {
    const decide = middleware[name]
    middleware[name] = (...fields) => { calls++; return decide(...fields) }
  }
  const isPreflight = method === 'OPTIONS'
  const ask = (headers) => decide(middleware, isPreflight, readFields(middleware, { method, url: '/', headers }, isPreflight))
  return { ask, calls: () => calls }
}

test('each allowed origin is decided once, and a refused one each time', () => {
  const { ask, calls } = remembering(new Policy({ allowOrigins: [ORIGIN, OTHER, 'https://*.example.com'] }), 'GET')
  const origins = [ORIGIN, OTHER, 'https://a.example.com', 'https://b.example.com']
  const allowed = origins.map((origin) => ask({ origin }))
  assert.equal(calls(), 4)
  for (const refused of ['https://a.example.com.', 'HTTPS://a.example.com', 'https://a.example.co', 'null', '']) {
    const before = calls()
    assert.equal(ask({ origin: refused }), ask({ origin: refused }))
    assert.ok(!allowed.includes(ask({ origin: refused })), refused)
    assert.equal(calls(), before + 3, refused)
  }
  const before = calls()
  for (const order of [origins, origins.toReversed()]) assert.deepEqual(order.map((origin) => ask({ origin })), order.map((origin) => allowed[origins.indexOf(origin)]))
  assert.equal(calls(), before)
})

test('a pattern\'s origins do not fill the memory, and are decided alike whether or not they are remembered', () => {
  const policy = new Policy({ allowOrigins: ['https://*.example.com'] })
  const { ask, calls } = remembering(policy, 'GET')
  const allowed = ask({ origin: 'https://a.example.com' })
  for (let i = 0; i < 2000; i++) {
    assert.equal(ask({ origin: `https://a${i}.example.com` }), allowed)
    assert.notEqual(ask({ origin: `https://a${i}.example.org` }), allowed)
  }
  assert.equal(calls(), 4001)
  assert.equal(internalsOf(policy).compiled.allowedOrigins.size, 64)
  assert.equal(ask({ origin: 'https://a1.example.com' }), allowed)
  assert.equal(calls(), 4001)
})

test('an origin that is too long for the engine is not remembered', () => {
  const policy = new Policy({ allowOrigins: ['*'] })
  const { ask, calls } = remembering(policy, 'GET')
  const { origin: limit } = facts.limits
  for (const [length, expected] of [[limit, 1], [limit + 1, 2], [60_000, 2]]) {
    const before = calls()
    for (let i = 0; i < 2; i++) ask({ origin: 'x'.repeat(length) })
    assert.equal(calls(), before + expected, `${length}`)
  }
  assert.equal(internalsOf(policy).compiled.allowedOrigins.size, 1)
})

test('origins are not remembered if the decision depends on more than them', () => {
  for (const more of [{ routes: [{ path: '/x', allowOrigins: [OTHER] }] }, { protection: { writes: 'reject', trustedOrigins: [ORIGIN] } }, { allowOrigin: () => true }]) {
    const policy = new Policy({ allowOrigins: [ORIGIN], ...more })
    const { ask } = remembering(policy, 'GET')
    ask({ origin: ORIGIN })
    ask({ origin: OTHER })
    assert.equal(internalsOf(policy).compiled.allowedOrigins.size, 0)
  }
})

test('the same preflight is decided once, and every other one anew', () => {
  const { ask, calls } = remembering(new Policy(EVERYTHING))
  const first = ask(PREFLIGHTS[0])
  assert.deepEqual([ask(PREFLIGHTS[1]), calls()], [first, 1])
  for (let i = 2; i < 12; i++) {
    const before = calls()
    ask(PREFLIGHTS[i])
    assert.equal(calls(), before + 1, JSON.stringify(PREFLIGHTS[i]))
  }
})

test('a refused preflight is decided each time, and does not displace the allowed one', () => {
  const { ask, calls } = remembering(new Policy({ allowOrigins: [ORIGIN], allowMethods: ['PUT'] }))
  const allowed = ask(preflight())
  for (const refused of [preflight(OTHER), preflight(ORIGIN, 'DELETE'), preflight(ORIGIN, 'PUT', 'x-a')]) {
    const before = calls()
    assert.equal(ask(refused), ask(refused))
    assert.notEqual(ask(refused), allowed)
    assert.equal(calls(), before + 3)
    assert.equal(ask(preflight()), allowed)
    assert.equal(calls(), before + 3)
  }
})

test('a preflight is not remembered if its decision depends on more than its headers', () => {
  const routes = [{ path: '/{*rest}', allowOrigins: [ORIGIN] }]
  for (const more of [{ routes }, { protection: { writes: 'reject', trustedOrigins: [ORIGIN] } }, { allowOrigin: () => true }]) {
    const { ask, calls } = remembering(new Policy({ allowOrigins: [ORIGIN], allowMethods: ['PUT'], ...more }))
    ask(preflight())
    ask(preflight())
    assert.equal(calls(), 2, JSON.stringify(more))
  }
})

test('responses are the same in any order, and policies do not share what they remember', async (t) => {
  const policies = [new Policy(EVERYTHING), new Policy({ ...EVERYTHING, allowMethods: ['PUT'], allowCredentials: false })]
  const servers = policies.map((policy) => {
    const middleware = corsac(policy)
    return listen(t, http.createServer((request, response) => middleware(request, response, () => response.end())))
  })
  const ports = await Promise.all(servers)
  for (const order of [PREFLIGHTS, PREFLIGHTS.toReversed(), PREFLIGHTS.flatMap((headers) => [PREFLIGHTS[0], headers, headers])]) {
    for (const headers of order) {
      for (const [at, policy] of policies.entries()) {
        const response = await send(ports[at], { method: 'OPTIONS', headers })
        // `evaluate` remembers nothing.
        const decision = policy.evaluate({ method: 'OPTIONS', headers })
        assert.equal(response.status, decision.status ?? 200)
        const expected = {}
        for (const [name, value] of decision.headers) (expected[name] ??= []).push(value)
        const { date, connection, 'keep-alive': _, 'transfer-encoding': __, 'content-length': ___, ...others } = response.headers
        assert.deepEqual(others, expected, JSON.stringify(headers))
      }
    }
  }
})
