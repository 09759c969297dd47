'use strict'

// Functions that decide on origins: those of the whole policy and of routes, their time limit, and their remembered
// answers.

const assert = require('node:assert/strict')
const http = require('node:http')
const { setTimeout: wait } = require('node:timers/promises')
const test = require('node:test')
const corsac = require('corsac')
const { HOSTS } = require('./hosts.js')
const { ORIGIN, OTHER, cors, listen, preflight, send } = require('./client.js')

const { Policy } = corsac
const ALLOWED = { 'allow-origin': ORIGIN, vary: 'Origin' }
const reason = (policy, origin, path) => policy.evaluate({ method: 'GET', path, headers: { origin } }).reason

test('routes have functions of their own', async (t) => {
  const asked = []
  const recorded = (name, answer) => (origin, request) => { asked.push([name, request?.headers !== undefined]); return answer(origin) }
  const options = {
    allowOrigin: recorded('whole', (origin) => origin === ORIGIN),
    routes: [
      { path: '/none', allowOrigins: [] },
      { path: '/own/{id}', allowOrigin: recorded('own', async (origin) => origin === OTHER) },
      { path: '/inherits', exposeHeaders: ['etag'] },
      { path: '/beside', allow_origin: recorded('beside', () => false), allowOrigins: [ORIGIN] }
    ]
  }
  for (const [name, given] of [['express', new Policy(options)], ['fastify', new Policy(options)], ['node:http', options], ['koa', new Policy(options)], ['hono', new Policy(options)]]) {
    const port = await listen(t, await HOSTS[name][1]({ policy: given, run () {} }))
    const get = async (path, origin = ORIGIN) => cors(await send(port, { path, headers: { origin } }))
    asked.length = 0
    assert.deepEqual(await get('/'), ALLOWED, name)
    assert.deepEqual(await get('/none'), {})
    assert.deepEqual(await get('/own/1'), { vary: 'Origin' })
    assert.deepEqual(await get('/own/1', OTHER), { 'allow-origin': OTHER, vary: 'Origin' })
    assert.deepEqual(await get('/inherits'), { ...ALLOWED, 'expose-headers': 'etag' })
    assert.deepEqual(await get('/beside'), ALLOWED)
    assert.deepEqual(await get('/beside', OTHER), { vary: 'Origin' })
    assert.deepEqual(await get('/own%2f1', OTHER), { vary: 'Origin' })
    assert.deepEqual(asked.map(([which]) => which), ['whole', 'own', 'own', 'whole', 'beside'])
    if (name !== 'koa' && name !== 'hono') assert(asked.every(([, hasRequest]) => hasRequest), name)
    const answer = await send(port, { path: '/own/1', method: 'OPTIONS', headers: preflight(OTHER, 'GET') })
    assert.deepEqual([answer.status, cors(answer)['allow-origin']], [204, OTHER])
  }
})

test('a Policy holds functions; evaluate asks them', async () => {
  const policy = new Policy({ allowOrigin: (origin, request) => origin === ORIGIN && request.path === '/a' })
  assert.deepEqual([reason(policy, ORIGIN, '/a'), reason(policy, ORIGIN, '/b'), reason(policy, 'null', '/a')], ['origin-allowed', 'origin-not-allowed', 'origin-not-allowed'])
  const later = new Policy({ allowOrigin: async (origin) => origin === ORIGIN })
  const request = { method: 'GET', headers: [['Origin', ORIGIN]] }
  assert.throws(() => later.evaluate(request), /await policy\.evaluateAsync\(request\)/)
  assert.equal((await later.evaluateAsync(request)).reason, 'origin-allowed')
  assert.equal((await new Policy({ allowOrigins: [ORIGIN] }).evaluateAsync(request)).reason, 'origin-allowed')
  const error = new Error('no')
  for (const allowOrigin of [() => { throw error }, async () => { throw error }]) {
    const { reason, error: found, headers } = await new Policy({ allowOrigin }).evaluateAsync(request)
    assert.deepEqual([reason, found, headers], ['predicate-failed', error, [['vary', 'Origin']]])
  }
  const hanging = new Policy({ allowOrigin: () => new Promise(() => {}), predicateTimeout: 0.02 })
  assert.equal((await hanging.evaluateAsync(request)).error.code, 'ERR_CORSAC_TIMEOUT')
  await assert.rejects(later.evaluateAsync({}), TypeError)
  const dialect = new Policy({ dialect: 'cors', origin: (origin, callback) => callback(null, [ORIGIN]) })
  assert.deepEqual([reason(dialect, ORIGIN), reason(dialect, OTHER)], ['origin-allowed', 'origin-not-allowed'])
  assert.equal(reason(Policy.fromJson('{"allow_origins": []}', { allowOrigin: () => true }), ORIGIN), 'origin-allowed')
  assert.equal(reason(Policy.fromToml('allow_credentials = true', { allowOrigin: () => true }), 'http://a.example'), 'origin-not-allowed')
})

test('exceptions, rejections and time-outs deny, are passed to the host, and do not end the server', async (t) => {
  const ways = {
    '/throws': () => { throw new Error('no') },
    '/rejects': async () => { await wait(1); throw new Error('no') },
    '/hangs': () => new Promise(() => {}),
    '/odd': () => 'yes'
  }
  for (const name of ['express', 'express4', 'node:http', 'fastify', 'koa', 'hono']) {
    let ran = 0
    const routes = Object.entries(ways).map(([path, allowOrigin]) => ({ path, allowOrigin }))
    const policy = new Policy({ allowOrigins: [ORIGIN], routes, predicateTimeout: 0.02 })
    const port = await listen(t, await HOSTS[name][1]({ policy, run () { ran++ } }))
    for (const path of Object.keys(ways)) {
      const answer = await send(port, { path, headers: { origin: ORIGIN } })
      assert.deepEqual([answer.status, cors(answer), ran], [500, { vary: 'Origin' }, 0], `${name} ${path}`)
      assert.equal(cors(await send(port, { path, method: 'OPTIONS', headers: preflight() }))['allow-origin'], undefined)
    }
    assert.deepEqual(cors(await send(port, { path: '/', headers: { origin: ORIGIN } })), ALLOWED)
  }
})

test('answers are remembered for their time, failures never', async (t) => {
  let count = 0
  let fails = false
  const seen = []
  const allowOrigin = async (...values) => {
    count++
    seen.push(values)
    if (fails) throw new Error('no')
    return values[0] === ORIGIN
  }
  const options = { allowOrigin, predicateCache: { size: 100, ttl: 0.3 } }
  for (const given of [new Policy(options), options]) {
    const port = await listen(t, await HOSTS.express[1]({ policy: given, run () {} }))
    const get = async (origin) => (await send(port, { path: '/', headers: { origin } })).headers['access-control-allow-origin']?.[0]
    count = 0
    for (let i = 0; i < 3; i++) {
      assert.equal(await get(ORIGIN), ORIGIN)
      assert.equal(await get(OTHER), undefined)
      assert.equal(cors(await send(port, { path: '/', method: 'OPTIONS', headers: preflight(ORIGIN, 'GET') }))['allow-origin'], ORIGIN)
    }
    assert.equal(count, 2)
    await wait(350)
    assert.equal(await get(ORIGIN), ORIGIN)
    assert.equal(count, 3)
    fails = true
    for (let i = 0; i < 3; i++) assert.equal(await get('https://c.example'), undefined)
    assert.equal(count, 6)
    fails = false
  }
  // The function gets only the origin, because its answers are remembered by origin.
  assert(seen.every((values) => values[1] === undefined))
  const policy = new Policy({ allowOrigin: () => { count++; return true }, predicateCache: { size: 100, ttl: 60 } })
  count = 0
  for (let i = 0; i < 3; i++) reason(policy, ORIGIN)
  policy.forgetAnswers()
  reason(policy, ORIGIN)
  assert.equal(count, 2)
})

test('a remembered answer costs one call to native code', () => {
  const { MiddlewarePolicy } = require('../lib/decide/middleware-policy.js')
  const { Reports } = require('../lib/decide/reports.js')
  const { decide } = require('../lib/decide/decide.js')
  const { internalsOf } = require('../lib/policy/policy.js')
  const { readFields } = require('../lib/request/request-fields.js')
  const policy = new Policy({ allowOrigin: () => true, predicateCache: { size: 100, ttl: 60 } })
  reason(policy, ORIGIN)
  const middleware = new MiddlewarePolicy(internalsOf(policy).compiled, {}, new Reports({}))
  const index = (origin) => decide(middleware, false, readFields(middleware, { method: 'GET', headers: { origin } }, false))
  assert(index(ORIGIN) >= 0)
  assert(index(OTHER) < 0)
})

test('a flood of made-up origins does not push out real ones, and memory is limited', () => {
  let count = 0
  const policy = new Policy({ allowOrigin: (origin) => { count++; return origin === ORIGIN }, predicateCache: { size: 1000, ttl: 60 } })
  reason(policy, ORIGIN)
  for (let i = 0; i < 20_000; i++) reason(policy, `https://${i}.example`)
  count = 0
  assert.equal(reason(policy, ORIGIN), 'origin-allowed')
  assert.equal(count, 0)
})

test('an answer to a question from before the clearing is not remembered', async () => {
  const answers = []
  const policy = new Policy({ allowOrigin: () => new Promise((resolve) => answers.push(resolve)), predicateCache: { size: 10, ttl: 60 } })
  const ask = () => policy.evaluateAsync({ method: 'GET', headers: { origin: ORIGIN } })
  const [first, same] = [ask(), ask()]
  policy.forgetAnswers()
  const second = ask()
  assert.equal(answers.length, 2)
  answers[1](false)
  assert.equal((await second).reason, 'origin-not-allowed')
  answers[0](true)
  for (const old of [first, same]) assert.equal((await old).reason, 'origin-allowed')
  assert.equal(reason(policy, ORIGIN), 'origin-not-allowed')
})

test('routes do not share answers', () => {
  const routes = ['/a', '/b'].map((path, index) => ({ path, allowOrigin: () => index === 0 }))
  const policy = new Policy({ allowOrigin: () => false, routes, predicateCache: { size: 100, ttl: 60 } })
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(['/a', '/b', '/'].map((path) => reason(policy, ORIGIN, path)), ['origin-allowed', 'origin-not-allowed', 'origin-not-allowed'])
  }
})

test('requests that ask about one origin at the same time wait for one answer', async (t) => {
  let count = 0
  let fails = false
  const allowOrigin = async (origin) => {
    count++
    await wait(30)
    if (fails) throw new Error('no')
    return origin === ORIGIN
  }
  const policy = new Policy({ allowOrigin, routes: [{ path: '/r', allowOrigin }], predicateCache: { size: 100, ttl: 60 } })
  const port = await listen(t, await HOSTS.express[1]({ policy, run () {} }))
  const all = (origin, path = '/') => Promise.all(Array.from({ length: 20 }, () => send(port, { path, headers: { origin } })))
  for (const answer of await all(ORIGIN)) assert.deepEqual(cors(answer), ALLOWED)
  for (const answer of await all(OTHER)) assert.deepEqual(cors(answer), { vary: 'Origin' })
  assert.equal(count, 2)
  await all(ORIGIN, '/r')
  assert.equal(count, 3)
  fails = true
  for (const answer of await all('https://c.example')) assert.deepEqual([answer.status, cors(answer)], [500, { vary: 'Origin' }])
  assert.equal(count, 4)
  // The same is true for `evaluateAsync`.
  fails = false
  const asked = Array.from({ length: 3 }, () => policy.evaluateAsync({ method: 'GET', path: '/', headers: { origin: 'https://d.example' } }))
  assert.deepEqual((await Promise.all(asked)).map(({ reason }) => reason), Array(3).fill('origin-not-allowed'))
  assert.equal(count, 5)
})

test('requests that wait for one answer continue in their own asynchronous context', async (t) => {
  const { AsyncLocalStorage } = require('node:async_hooks')
  const current = new AsyncLocalStorage()
  const allowOrigin = async (origin) => { await wait(50); return true }
  const policy = new Policy({ allowOrigin, protection: { websockets: 'reject' }, predicateCache: { size: 10, ttl: 60 } })
  const middleware = corsac(policy, { verifiesUpgrades: true })
  const port = await listen(t, http.createServer((request, response) => {
    current.run(request.url, () => middleware(request, response, () => response.end(current.getStore())))
  }))
  const answers = await Promise.all(['/a', '/b', '/c'].map((path) => send(port, { path, headers: { origin: ORIGIN } })))
  assert.deepEqual(answers.map(({ body }) => body), ['/a', '/b', '/c'])
  const handshake = { method: 'GET', url: '/', headers: { origin: OTHER, upgrade: 'websocket', 'sec-websocket-key': 'x' } }
  const seen = await Promise.all(['d', 'e'].map((name) => new Promise((resolve) => {
    current.run(name, () => policy.verifyUpgrade(handshake, () => resolve(current.getStore())))
  })))
  assert.deepEqual(seen, ['d', 'e'])
})

test('wrong settings are errors', () => {
  const allowOrigin = (origin) => true
  const build = (options) => () => corsac(options)
  for (const predicateTimeout of [0, -1, NaN, Infinity, '2', null, 3e6]) {
    assert.throws(build({ allowOrigin, predicateTimeout }), /`predicateTimeout` takes seconds/)
  }
  for (const predicateCache of [null, 5, {}, { size: 10 }, { size: '10', ttl: 5 }, { size: 1.5, ttl: 5 }, { size: 10, ttl: 5, max: 1 }, { size: -2, ttl: 5 }]) {
    assert.throws(build({ allowOrigin, predicateCache }), /`predicateCache` takes a number of origins and seconds/, JSON.stringify(predicateCache))
  }
  for (const predicateCache of [{ size: 1, ttl: 5 }, { size: 1e8, ttl: 5 }, { size: 10, ttl: 0 }, { size: 10, ttl: -1 }, { size: 10, ttl: 1e6 }, { size: 10, ttl: NaN }]) {
    assert.throws(build({ allowOrigin, predicateCache }), /a cache of answers holds 2 to 10000000 origins, each for more than 0 and at most 86400 seconds/, JSON.stringify(predicateCache))
  }
  const predicateCache = { size: 10, ttl: 5 }
  for (const options of [
    { allowOrigin: (origin, request) => true, predicateCache },
    { origin: (origin, callback, request) => callback(null, true), predicateCache },
    { allowOrigins: [], routes: [{ path: '/', allowOrigin: (origin, request) => true }], predicateCache }
  ]) assert.throws(build(options), /this function also takes the request/)
  corsac({ origin: (origin, callback) => callback(null, true), predicateCache })
  for (const options of [{ allowOrigins: [], predicateTimeout: 1 }, { allowOrigins: [], predicateCache }]) {
    assert.throws(build(options), /has no effect without a function/)
  }
  assert.throws(() => Policy.fromJson('{"allow_origins": []}', { allow_origins: [] }), /`allow_origins` belongs in the text/)
  assert.throws(() => Policy.fromJson('{"allow_origins": []}', { allowOrigin: [ORIGIN] }), /`allowOrigin` takes a function/)
  assert.throws(() => Policy.fromJson('{"allow_origins": []}', { predicateTimeout: 1 }), /has no effect without a function/)
  assert.throws(() => Policy.fromJson('{"allow_origins": []}', null), TypeError)
  assert.throws(build({ allowOrigins: [], routes: [{ path: '/', allowOrigin: [ORIGIN] }] }), { code: 'ERR_CORSAC_CONFIG' })
  assert.throws(build({ allowOrigins: ['*'], allowOrigin }), { code: 'ERR_CORSAC_CONFIG' })
})

test('a delegate\'s options remember nothing, because they are for one request', async (t) => {
  const delegate = () => ({ allowOrigin: () => true, predicateCache: { size: 10, ttl: 5 } })
  const port = await listen(t, await HOSTS.express[1]({ policy: delegate, run () {} }))
  const answer = await send(port, { headers: { origin: ORIGIN } })
  assert.deepEqual([answer.status, /make `new Policy/.test(answer.body)], [500, true])
})
