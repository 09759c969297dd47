'use strict'

// Functions of the application: the `origin` function, `allowOrigin`, delegates, with every way to return a result or
// to fail.

const assert = require('node:assert/strict')
const http = require('node:http')
const { setTimeout: wait } = require('node:timers/promises')
const test = require('node:test')
const corsac = require('corsac')
const { ORIGIN, OTHER, cors, listen, preflight, send } = require('./client.js')

const ALLOWED = { 'allow-origin': ORIGIN, vary: 'Origin' }
const VARY_PREFLIGHT = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'

/** A server whose application responds with `ran`; `next(error)` becomes a 500 that names the error. */
const serve = (t, middleware) => listen(t, http.createServer((request, response) => {
  let count = 0
  middleware(request, response, (error) => {
    if (++count > 1) throw new Error('next was called twice')
    if (error === undefined) return response.end('ran')
    response.writeHead(500)
    response.end(String(error.code ?? error.message ?? error))
  })
}))

/** A server's response to a request of an origin: its CORS headers, or its status and body if it failed. */
async function get (port, origin = ORIGIN, more) {
  const answer = await send(port, { headers: origin === null ? {} : { origin }, ...more })
  return answer.status === 200 || answer.status === 204 ? cors(answer) : { ...cors(answer), status: answer.status, body: answer.body }
}

const WAYS = {
  'a callback': (says) => (origin, callback) => callback(null, says(origin)),
  'a callback, later': (says) => (origin, callback) => { setTimeout(callback, 1, null, says(origin)) },
  'a callback, later, from an arrow': (says) => (origin, callback) => setTimeout(callback, 1, null, says(origin)),
  'a callback from an async function': (says) => async (origin, callback) => { await wait(1); callback(null, says(origin)) },
  'a callback with undefined for no error': (says) => (origin, callback) => callback(undefined, says(origin)),
  'a callback, twice': (says) => (origin, callback) => { callback(null, says(origin)); callback(null, true); callback(new Error('late')) },
  'a callback, then a throw': (says) => (origin, callback) => { callback(null, says(origin)); throw new Error('late') },
  'a return value': (says) => (origin) => says(origin),
  'a return value, although it takes a callback': (says) => (origin, callback) => says(origin),
  'a promise': (says) => async (origin) => says(origin),
  'a promise, later': (says) => async (origin) => { await wait(1); return says(origin) },
  'a promise, although it takes a callback': (says) => async (origin, callback) => says(origin),
  'something with then': (says) => (origin) => ({ then (resolve) { resolve(says(origin)) } })
}

for (const [name, way] of Object.entries(WAYS)) {
  test(`an origin function answers by ${name}`, async (t) => {
    const port = await serve(t, corsac({ origin: way((origin) => origin === ORIGIN) }))
    assert.deepEqual(await get(port), ALLOWED)
    assert.deepEqual(await get(port, OTHER), { vary: 'Origin' })
    assert.deepEqual(await get(port, null), { vary: 'Origin' })
    const allowed = await send(port, { method: 'OPTIONS', headers: preflight() })
    assert.deepEqual([allowed.status, cors(allowed)['allow-origin']], [204, ORIGIN])
    const refused = await send(port, { method: 'OPTIONS', headers: preflight(OTHER) })
    assert.deepEqual([refused.status, refused.body], [403, 'corsac: origin-not-allowed\n'])
  })
}

test('an origin function answers with patterns', async (t) => {
  const answers = [[ORIGIN], ORIGIN, [[OTHER, [ORIGIN]]], /^https:\/\/app\.example\.com$/, new Set([ORIGIN]), 'https://*.example.com', '*', new URL(ORIGIN)]
  for (const answer of answers) {
    const port = await serve(t, corsac({ origin: (origin, callback) => callback(null, answer) }))
    assert.deepEqual(await get(port), ALLOWED, String(answer))
  }
  for (const answer of [[OTHER], [], /^https:\/\/b\.example$/, '', 0, null, undefined]) {
    const port = await serve(t, corsac({ origin: (origin, callback) => callback(null, answer) }))
    assert.deepEqual(await get(port), { vary: 'Origin' }, String(answer))
  }
})

test('an answer that is not a pattern fails', async (t) => {
  for (const answer of [{ origin: ORIGIN }, 1, /example/, 'example.com']) {
    const port = await serve(t, corsac({ origin: (origin, callback) => callback(null, answer) }))
    assert.deepEqual(await get(port), { vary: 'Origin', status: 500, body: 'ERR_CORSAC_CONFIG' }, String(answer))
  }
  for (const options of [{ allowOrigin: () => 'yes' }, { origin: () => () => true }]) {
    const { status, body } = await get(await serve(t, corsac(options)))
    assert.equal(status, 500)
    assert.match(body, /^corsac: an origin function cannot answer with a value of type `(string|function)`/)
  }
})

const FAILURES = {
  'calls back with an error': (origin, callback) => callback(new Error('no')),
  'calls back with a string': (origin, callback) => callback('no'),
  throws: (origin, callback) => { throw new Error('no') },
  'throws, without a callback': () => { throw new Error('no') },
  rejects: async () => { throw new Error('no') },
  'rejects, with a callback': async (origin, callback) => { throw new Error('no') },
  'rejects late': async () => { await wait(2); throw new Error('no') }
}

for (const [name, origin] of Object.entries(FAILURES)) {
  test(`an origin function ${name}`, async (t) => {
    const port = await serve(t, corsac({ origin }))
    assert.deepEqual(await get(port), { vary: 'Origin', status: 500, body: 'no' })
    assert.deepEqual(await get(port, ORIGIN, { method: 'OPTIONS', headers: preflight() }), { vary: VARY_PREFLIGHT, status: 500, body: 'no' })
    assert.deepEqual(await get(port, null), { vary: 'Origin' })
  })
}

test('failing without an error is an error', async (t) => {
  for (const origin of [() => Promise.reject(), () => { throw undefined }]) { // eslint-disable-line
    assert.equal((await get(await serve(t, corsac({ origin })))).status, 500)
  }
})

test('a function that never answers is awaited until its time-out', async (t) => {
  for (const options of [
    { origin: (origin, callback) => {} },
    { origin: async (origin, callback) => {} },
    { origin: () => new Promise(() => {}) },
    { allowOrigin: () => new Promise(() => {}) },
    (request, callback) => {}
  ]) {
    const port = await serve(t, corsac(options, { timeout: 20 }))
    const { status, body } = await get(port)
    assert.deepEqual([status, body], [500, 'ERR_CORSAC_TIMEOUT'])
  }
})

test('functions are not asked if patterns or the engine decide', async (t) => {
  const asked = []
  const port = await serve(t, corsac({ allowOrigins: [OTHER], allowOrigin: (origin) => { asked.push(origin); return true } }))
  for (const origin of [OTHER, null, 'null', 'https://a.example/', 'x', '', `https://${'a'.repeat(600)}.example`]) await get(port, origin)
  assert.deepEqual(asked, [])
  assert.deepEqual(await get(port), ALLOWED)
  assert.deepEqual(asked, [ORIGIN])
})

test('functions get the request', async (t) => {
  const wants = (request) => request.headers['x-tenant'] === 'a'
  for (const options of [
    { origin: (origin, callback, request) => callback(null, wants(request)) },
    { allowOrigin: async (origin, request) => wants(request) },
    { allowOrigin: (origin, request) => wants(request) }
  ]) {
    const port = await serve(t, corsac(options))
    assert.deepEqual(await get(port, ORIGIN, { headers: { origin: ORIGIN, 'x-tenant': 'a' } }), ALLOWED)
    assert.deepEqual(await get(port), { vary: 'Origin' })
  }
})

test('with credentials an allowed origin is still checked', async (t) => {
  const options = { origin: (origin, callback) => callback(null, true), credentials: true }
  const port = await serve(t, corsac(options))
  assert.deepEqual(await get(port), { ...ALLOWED, 'allow-credentials': 'true' })
  assert.deepEqual(await get(port, 'http://app.example.com'), { vary: 'Origin' })
  assert.deepEqual(await get(port, 'http://localhost:3000'), { vary: 'Origin', 'allow-origin': 'http://localhost:3000', 'allow-credentials': 'true' })
  const lifted = await serve(t, corsac({ ...options, dangerouslyAllow: ['insecure-origins'] }))
  assert.equal((await get(lifted, 'http://app.example.com'))['allow-origin'], 'http://app.example.com')
})

const DELEGATES = {
  'by its callback': (choose) => (request, callback) => callback(null, choose(request)),
  'by its callback, later': (choose) => (request, callback) => { setTimeout(callback, 1, null, choose(request)) },
  'by its return value': (choose) => (request) => choose(request),
  'by a promise': (choose) => async (request) => choose(request)
}

for (const [name, way] of Object.entries(DELEGATES)) {
  test(`a delegate chooses ${name}`, async (t) => {
    const policy = new corsac.Policy({ allowOrigins: ['*'] })
    const port = await serve(t, corsac(way((request) => {
      switch (request.url) {
        case '/policy': return policy
        case '/own': return { origin: true }
        case '/session': return { origin: true, credentials: true }
        case '/none': return { origin: false }
        case '/function': return { origin: (origin, callback) => callback(null, origin === ORIGIN) }
        default: return { allowOrigins: [ORIGIN] }
      }
    })))
    const at = (path, origin = ORIGIN) => get(port, origin, { path })
    assert.deepEqual(await at('/'), ALLOWED)
    assert.deepEqual(await at('/policy'), { 'allow-origin': '*' })
    assert.deepEqual(await at('/own'), ALLOWED)
    assert.deepEqual(await at('/own', 'null'), { vary: 'Origin' })
    assert.deepEqual(await at('/session'), { ...ALLOWED, 'allow-credentials': 'true' })
    assert.deepEqual(await at('/session', 'http://app.example.com'), { vary: 'Origin' })
    assert.deepEqual(await at('/none'), {})
    assert.deepEqual(await at('/function'), ALLOWED)
    assert.deepEqual(await at('/function', OTHER), { vary: 'Origin' })
  })
}

test('a delegate fails', async (t) => {
  for (const delegate of [
    (request, callback) => callback(new Error('no')),
    (request, callback) => { throw new Error('no') },
    async () => { throw new Error('no') }
  ]) {
    assert.deepEqual(await get(await serve(t, corsac(delegate))), { status: 500, body: 'no' })
  }
  for (const options of [undefined, null, 1, { origin: undefined }, { origin: '*', credentials: true }, { origin: /example/ }]) {
    const port = await serve(t, corsac((request, callback) => callback(null, options)))
    assert.deepEqual(await get(port), { status: 500, body: 'ERR_CORSAC_CONFIG' })
  }
})

test('many different options of a delegate are not kept forever', async (t) => {
  let count = 0
  const port = await serve(t, corsac((request, callback) => callback(null, { allowOrigins: [ORIGIN, `https://x${count++}.example`] })))
  for (let i = 0; i < 250; i++) assert.deepEqual(await get(port), ALLOWED)
})

test('every decision is reported', async (t) => {
  process.removeAllListeners('warning')
  const warnings = []
  process.on('warning', (warning) => warnings.push(warning))
  t.after(() => process.removeAllListeners('warning'))
  const events = []
  const onDecision = ({ request, ...event }) => {
    assert(request instanceof http.IncomingMessage)
    events.push(event)
    throw new Error('mine')
  }
  const port = await serve(t, corsac({ allowOrigins: [ORIGIN], allowOrigin: (origin) => { if (origin !== OTHER) throw new Error('no') } }, { onDecision }))
  await get(port)
  await get(port, null)
  await get(port, OTHER)
  await get(port, 'https://c.example')
  await send(port, { method: 'OPTIONS', headers: preflight() })
  assert.deepEqual(events, [
    { action: 'continue', reason: 'origin-allowed', reported: null, origin: ORIGIN, method: 'GET' },
    { action: 'continue', reason: 'no-origin', reported: null, origin: null, method: 'GET' },
    { action: 'continue', reason: 'origin-not-allowed', reported: null, origin: OTHER, method: 'GET' },
    { action: 'continue', reason: 'predicate-failed', reported: null, origin: 'https://c.example', method: 'GET' },
    { action: 'respond', reason: 'preflight-method-not-allowed', reported: null, origin: ORIGIN, method: 'OPTIONS' }
  ])
  assert.deepEqual(warnings.map(({ code }) => code), ['CORSAC_HOOK'])
})

test('a warning is given only once, even if a function chooses the policy', async (t) => {
  process.removeAllListeners('warning')
  const warnings = []
  process.on('warning', ({ code }) => warnings.push(code))
  t.after(() => process.removeAllListeners('warning'))
  const port = await serve(t, corsac((request, callback) => callback(null, { allowOrigins: [ORIGIN], protection: { writes: 'reject', reportOnly: true } })))
  for (let i = 0; i < 3; i++) await send(port, { method: 'POST', headers: { origin: OTHER } })
  assert.deepEqual(warnings, ['CORSAC_REPORTED'])
})

test('nothing that depends only on the options is computed again for each request', async (t) => {
  const { PolicyProvider } = require('../lib/policy/policy-provider.js')
  const provider = new PolicyProvider(() => ({ allowOrigins: [ORIGIN] }))
  const [first, second] = await Promise.all([1, 2].map(() => new Promise((resolve) => { provider.policyFor({}, (error, policy) => resolve(policy)) })))
  assert.notEqual(first, second)
  assert.equal(first.reports, second.reports)
  assert.equal(first.withoutOrigin, second.withoutOrigin)
})

test('an onDecision that rejects is reported once, and breaks nothing', async (t) => {
  process.removeAllListeners('warning')
  const warnings = []
  process.on('warning', ({ code, message }) => warnings.push([code, message]))
  t.after(() => process.removeAllListeners('warning'))
  // What is thrown may have no text. What is returned may have a `then` without being a promise, or throw when its
  // `then` is read.
  const bare = Object.create(null)
  for (const [onDecision, text] of [
    [async () => { throw new Error('mine') }, 'Error: mine'],
    [() => wait(1).then(() => Promise.reject(bare)), 'the thrown value has no text'],
    [() => { throw Symbol('mine') }, 'Symbol(mine)'],
    [() => ({ then (resolve, reject) { reject('mine') } }), 'mine'],
    [() => ({ get then () { throw new Error('mine') } }), 'Error: mine']
  ]) {
    const port = await serve(t, corsac({ allowOrigins: [ORIGIN] }, { onDecision }))
    for (let i = 0; i < 3; i++) assert.deepEqual(await get(port), ALLOWED)
    await wait(5)
    assert.deepEqual(warnings.splice(0), [['CORSAC_HOOK', `onDecision failed: ${text}`]])
  }
})

test('NODE_DEBUG=corsac writes a line for each decision', () => {
  const script = `require('corsac')({ allowOrigins: ['${ORIGIN}'] })(
    { method: 'GET', url: '/a', headers: { origin: '${OTHER}' } }, { setHeader () {}, getHeader () {} }, () => {})`
  const { stderr } = require('node:child_process').spawnSync(process.execPath, ['-e', script], {
    cwd: `${__dirname}/..`, encoding: 'utf8', env: { ...process.env, NODE_DEBUG: 'corsac' }
  })
  assert.match(stderr, /^CORSAC \d+: continue, origin-not-allowed: GET \/a from `https:\/\/evil\.example\.net`; help: add the origin to `allow_origins` as [^\n]*\n$/)
})

test('settings of the middleware are checked', () => {
  for (const settings of [{ ondecision () {} }, { onDecision: 'x' }, { timeout: 0 }, { timeout: NaN }, { timeout: '5' }, { timeout: Infinity }]) {
    assert.throws(() => corsac({}, settings), TypeError, JSON.stringify(settings))
  }
})
