'use strict'

// Elysia on Node: with its adapter over real sockets, and as a function from `Request` to `Response`.

const assert = require('node:assert/strict')
const test = require('node:test')
const corsac = require('corsac')
const cors = require('corsac/elysia')

process.removeAllListeners('warning')

test('Elysia with the adapter for Node', async (t) => {
  const { node } = await import('@elysiajs/node')
  const { check } = await import('./elysia-app.mjs')
  const listen = (app) => new Promise((resolve, reject) => {
    app.listen({ port: 0, hostname: '127.0.0.1' }, (server) => {
      t.after(() => server.raw.close(true))
      server.raw.ready().then(() => resolve(`http://127.0.0.1:${server.raw.node.server.address().port}`), reject)
    })
  })
  const count = await check({ adapter: node() }, listen)
  assert(count > 150, `${count} answers`)
})

test('Elysia as a function from Request to Response', async () => {
  const { Elysia } = await import('elysia')
  const policies = new corsac.Reloadable(new corsac.Policy({ allowOrigins: [] }))
  const app = new Elysia().use(cors(policies)).get('/', () => 'hello')
  const ask = () => app.handle(new Request('http://localhost/', { headers: { origin: 'https://a.example' } }))
  assert.equal((await ask()).headers.get('access-control-allow-origin'), null)
  policies.swap(new corsac.Policy({ allowOrigins: ['https://a.example'] }))
  assert.equal((await ask()).headers.get('access-control-allow-origin'), 'https://a.example')
})

test('applications that cannot be covered are refused', async () => {
  const { Elysia } = await import('elysia')
  assert.throws(() => new Elysia({ aot: false }).use(cors({ allowOrigins: [] })), /corsac: with `aot: false`, Elysia does not call functions/)
  assert.throws(() => cors({ allowOrigins: [] })({}), /new Elysia\(\).use\(cors\(options\)\)/)
  assert.throws(() => cors({ allowOrigins: ['https://app.example.com/'] }), /ends in a slash/)
})

/** A write that the policy refuses: what the application answers to it. */
const STRICT = { allowOrigins: ['https://app.example.com'], protection: { writes: 'reject' } }
async function write (app) {
  const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  const response = await app.handle(new Request('http://localhost/inner/items', { method: 'POST', headers }))
  return { status: response.status, body: await response.text(), headers: response.headers }
}

test('one policy for an application and all applications inside it', async () => {
  const { Elysia } = await import('elysia')
  const open = () => cors({ allowOrigins: ['*'] })
  const strict = () => cors(STRICT)
  const inner = (policy, config) => new Elysia({ prefix: '/inner', ...config }).use(policy).post('/items', () => 'written')
  const late = () => {
    const app = new Elysia()
    new Elysia().use(app)
    app.use(strict())
  }
  const second = /already uses another policy.*keep one `cors\(options\)`.*`options\.routes`/
  const inside = /an application that another one uses.*move it to the outermost application.*`options\.routes`/
  for (const [expected, build] of [
    [second, () => new Elysia().use(open()).use(strict())],
    [second, () => new Elysia().use(strict()).use(open())],
    [second, () => new Elysia().use(open()).group('/inner', (group) => group.use(strict()))],
    [inside, () => new Elysia().use(open()).use(inner(strict()))],
    [inside, () => new Elysia().use(inner(open())).use(inner(strict()))],
    [inside, () => new Elysia().use(inner(strict())).use(open())],
    [inside, () => new Elysia({ aot: false }).use(inner(strict()))],
    [inside, () => new Elysia().use(new Elysia().use(inner(strict())))],
    [inside, () => new Elysia().group('/inner', (group) => group.use(strict()))],
    [inside, () => new Elysia().guard({}, (guard) => guard.use(strict()))],
    [inside, late]
  ]) assert.throws(build, expected, String(build))

  const same = strict()
  for (const build of [
    () => inner(same),
    () => new Elysia().use(same).use(same).use(inner(same)),
    () => new Elysia().use(same).group('/inner', (group) => group.use(same).post('/items', () => 'written')),
    () => new Elysia().use(same).guard({}, (guard) => guard.use(same).use(inner(same))),
    () => new Elysia().use((app) => app.use(strict())).use(new Elysia({ prefix: '/inner' }).post('/items', () => 'written')),
    () => new Elysia().use(async (app) => app.use(strict()).post('/inner/items', () => 'written')),
    () => new Elysia().mount('/inner', new Elysia().use(strict()).post('/items', () => 'written'))
  ]) {
    const app = build()
    await app.modules
    const { status, body } = await write(app)
    assert.deepEqual([status, body], [403, 'corsac: write-refused\n'], String(build))
  }
})

test('the same policy in a named application inside is called once', async () => {
  const { Elysia } = await import('elysia')
  const decisions = []
  const policy = cors(STRICT, { onDecision: ({ reason }) => { decisions.push(reason) } })
  const inner = new Elysia({ name: 'inner', prefix: '/inner' }).use(policy).post('/items', () => 'written')
  assert.equal((await write(new Elysia().use(policy).use(inner))).status, 403)
  assert.deepEqual(decisions, ['write-refused'])
})

test('without a decision nothing is served', async (t) => {
  const { Elysia } = await import('elysia')
  const warnings = []
  t.mock.method(process, 'emitWarning', (message, { code }) => { warnings.push([code, message]) })
  t.mock.method(console, 'error', (error) => { warnings.push(['logged', error.message]) })
  let written = 0
  const build = () => new Elysia({ prefix: '/inner' }).use(cors(STRICT)).post('/items', () => { written++ })
  const changed = build()
  changed.config.aot = false
  const { status, headers } = await write(changed)
  assert.deepEqual([status, headers.get('access-control-allow-origin')], [500, null])
  assert.equal(warnings.length, 1)
  assert.match(String(warnings.pop()), /^CORSAC_NOT_DECIDED,corsac: Elysia did not call the policy/)
  // If an application that is loaded later throws an error, Elysia logs the error, and serves without that application.
  for (const later of [async () => build(), Promise.resolve({ default: build() })]) {
    const app = new Elysia().use(later)
    await app.modules
    assert.equal((await write(app)).status, 404)
    assert.match(String(warnings.pop()), /^logged,corsac: .* in an application that another one uses/)
  }
  assert.equal(written, 0)
})
