'use strict'

// The same request gets the same route in every host, including mounted applications.

const assert = require('node:assert/strict')
const http2 = require('node:http2')
const { once } = require('node:events')
const test = require('node:test')
const corsac = require('corsac')
const { HOSTS } = require('./hosts.js')
const { ORIGIN, OTHER, cors, listen, preflight, send } = require('./client.js')

const policy = (prefix = '') => new corsac.Policy({
  allowOrigins: [ORIGIN],
  allowCredentials: true,
  routes: [
    { path: `${prefix}/public/{*rest}`, allowOrigins: ['*'], allowCredentials: false },
    { path: `${prefix}/users/{id}`, exposeHeaders: ['x-user'] },
    { path: `${prefix}/users/me`, allowOrigins: [] }
  ]
})

const TOP = { 'allow-origin': ORIGIN, 'allow-credentials': 'true', vary: 'Origin' }
const PUBLIC = { 'allow-origin': '*' }
const USER = { ...TOP, 'expose-headers': 'x-user' }
const ME = {}
const AMBIGUOUS = { vary: 'Origin' }

/** The target that is sent, and the expected response. */
const TARGETS = [
  ['/', TOP],
  ['/publicly', TOP],
  ['/public', PUBLIC],
  ['/public/', PUBLIC],
  ['/PUBLIC/a/b', PUBLIC],
  ['/public/a?next=/users/me', PUBLIC],
  ['/public/a%20b', PUBLIC],
  ['/?/public/a', TOP],
  ['/users/7', USER],
  ['/users/a+b', USER],
  ['/Users/ME', ME],
  ['/users/7/more', TOP]
]

/** Paths that servers read differently, and the result if a host has already parsed the URL. */
const MISREAD = [
  // rack-cors, CVE-2019-18978: a path that leads through the public folder to a place outside it.
  ['/public/../users/me', ME],
  ['/public/%2e%2e/users/me', ME],
  ['/users/%2E%2E/public/a', PUBLIC],
  ['/public/./../private', TOP],
  // flask-cors, CVE-2024-6844: a path that is decoded more times than the application decodes it.
  ['/public%2fa', AMBIGUOUS],
  ['/users/%6de', AMBIGUOUS],
  ['/%70ublic/a', AMBIGUOUS],
  ['//public/a', AMBIGUOUS],
  ['/users//me', AMBIGUOUS]
]

for (const [name, [prefix, create]] of Object.entries(HOSTS)) {
  test(`routes: ${name}`, async (t) => {
    process.removeAllListeners('warning')
    const port = await listen(t, await create({ policy: policy(prefix), run () {} }))
    const get = (path, origin = ORIGIN) => send(port, { path: prefix + path, headers: { ...(origin && { origin }) } })
    for (const [target, expected] of TARGETS) {
      const answer = await get(target)
      assert.deepEqual([answer.body, cors(answer)], ['ran', expected], target)
    }
    for (const [target, parsed] of MISREAD) {
      assert.deepEqual(cors(await get(target)), name === 'web' ? parsed : AMBIGUOUS, target)
    }
    // Without Origin, the response is that of the route as well.
    assert.deepEqual(cors(await get('/public/a', null)), PUBLIC)
    assert.deepEqual(cors(await get('/', null)), { vary: 'Origin' })
    const ask = (path, origin) => send(port, { path: prefix + path, method: 'OPTIONS', headers: preflight(origin, 'GET') })
    assert.equal(cors(await ask('/public/a', OTHER))['allow-origin'], '*')
    assert.equal((await ask('/users/7', OTHER)).body, 'corsac: origin-not-allowed\n')
    const refused = await ask('/public%2fa', ORIGIN)
    assert.deepEqual([refused.status, refused.body], [403, 'corsac: path-ambiguous\n'])
  })
}

test('an invalid escape', async (t) => {
  for (const name of ['node:http', 'koa']) {
    const port = await listen(t, await HOSTS[name][1]({ policy: policy(), run () {} }))
    for (const path of ['/public/%zz', '/public/%', '/public/%00', '*', 'http://localhost/public/a', `/public/${'a'.repeat(8200)}`]) {
      assert.deepEqual(cors(await send(port, { path, headers: { origin: ORIGIN } })), AMBIGUOUS, `${name} ${path}`)
    }
    // A long query does not belong to the path.
    assert.deepEqual(cors(await send(port, { path: `/public/a?${'a'.repeat(9000)}`, headers: { origin: ORIGIN } })), PUBLIC)
  }
})

test('flask-cors, CVE-2024-6866: case makes no difference, neither to the route nor to the allowed origins', async (t) => {
  const options = { allowOrigins: ['*'], routes: [{ path: '/admin/{*rest}', allowOrigins: [] }] }
  const port = await listen(t, await HOSTS.express[1]({ policy: new corsac.Policy(options), run () {} }))
  for (const path of ['/admin/x', '/ADMIN/x', '/Admin/X?']) assert.deepEqual(cors(await send(port, { path, headers: { origin: OTHER } })), {}, path)
})

test('flask-cors, CVE-2024-6839: the more precise route wins, whatever the order and length', async (t) => {
  const broad = { path: '/{*a_rest_with_a_long_name}', allowOrigins: ['*'] }
  const narrow = { path: '/x/{id}', allowOrigins: [] }
  for (const routes of [[broad, narrow], [narrow, broad]]) {
    const port = await listen(t, await HOSTS.express[1]({ policy: { allowOrigins: [], routes }, run () {} }))
    assert.deepEqual(cors(await send(port, { path: '/x/1', headers: { origin: OTHER } })), {})
    assert.deepEqual(cors(await send(port, { path: '/y', headers: { origin: OTHER } })), PUBLIC)
  }
})

test('fastify: a URL that is rewritten', async (t) => {
  const app = require('fastify')({ rewriteUrl: ({ url }) => url.replace('/v1', '') })
  await app.register(require('corsac/fastify'), { policy: policy('/v1') })
  app.get('/*', async () => 'ran')
  await app.ready()
  const port = await listen(t, app.server)
  assert.deepEqual(cors(await send(port, { path: '/v1/public/a', headers: { origin: ORIGIN } })), PUBLIC)
  assert.deepEqual(cors(await send(port, { path: '/public/a', headers: { origin: ORIGIN } })), TOP)
})

test('http2', async (t) => {
  const middleware = corsac(policy())
  const port = await listen(t, http2.createServer((request, response) => middleware(request, response, () => response.end('ran'))))
  const client = http2.connect(`http://localhost:${port}`)
  t.after(() => client.destroy())
  for (const [target, expected] of [...TARGETS, ...MISREAD.map(([target]) => [target, AMBIGUOUS])]) {
    const stream = client.request({ ':path': target, origin: ORIGIN })
    const [answer] = await once(stream.resume(), 'response')
    assert.equal(answer['access-control-allow-origin'], expected['allow-origin'], target)
    assert.equal(answer.vary, expected.vary, target)
  }
})

test('requests without Origin need a native call only if their response may differ', () => {
  const { MiddlewarePolicy } = require('../lib/decide/middleware-policy.js')
  const { Reports } = require('../lib/decide/reports.js')
  const { decide } = require('../lib/decide/decide.js')
  const { internalsOf } = require('../lib/policy/policy.js')
  const { WITHOUT_ORIGIN, readFields } = require('../lib/request/request-fields.js')
  const crossings = (options) => {
    let count = 0
    const policy = new MiddlewarePolicy(internalsOf(new corsac.Policy(options)).compiled, {}, new Reports({}))
    for (const name of ['decide', 'decidePreflight']) {
      const call = policy[name]
      policy[name] = (...values) => { count++; return call(...values) }
    }
    const { decideProtected } = policy.compiled
    policy.compiled.decideProtected = (...values) => { count++; return decideProtected(...values) }
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const fields = readFields(policy, { method, url: '/', headers: {} }, method === 'OPTIONS')
      if (fields !== WITHOUT_ORIGIN) decide(policy, method === 'OPTIONS', fields)
    }
    return count
  }
  const options = { allowOrigins: [ORIGIN] }
  assert.equal(crossings(options), 0)
  assert.equal(crossings({ ...options, routes: [], protection: { writes: 'off' } }), 0)
  assert.equal(crossings({ ...options, routes: [{ path: '/' }] }), 3)
  assert.equal(crossings({ ...options, protection: { writes: 'reject' } }), 3)
})
