'use strict'

// The class `Policy`: building, errors, lints, and requests in all forms.

const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const http = require('node:http')
const os = require('node:os')
const path = require('node:path')
const test = require('node:test')
const { pathToFileURL } = require('node:url')
const { ConfigError, Policy, Reloadable, mergeVary, version } = require('corsac')
const { listen, send } = require('./client.js')

const ORIGIN = 'https://app.example.com'
const POLICY = new Policy({ allowOrigins: [ORIGIN], allowCredentials: true, allowMethods: ['PUT'] })
const ALLOWED = {
  action: 'continue',
  status: null,
  headers: [
    ['access-control-allow-origin', ORIGIN],
    ['access-control-allow-credentials', 'true'],
    ['vary', 'Origin']
  ],
  body: '',
  reason: 'origin-allowed',
  reported: null
}

test('headers in every form give the same decision', () => {
  const forms = [
    { origin: ORIGIN },
    { Origin: ORIGIN, cookie: undefined, 'set-cookie': ['a', 'b'] },
    { origin: [ORIGIN] },
    [['ORIGIN', ORIGIN], ['Accept', '*/*']],
    new Headers({ Origin: ORIGIN }),
    new Map([['origin', ORIGIN]]),
    Object.assign(Object.create(null), { origin: ORIGIN }),
    (function * () { yield ['origin', ORIGIN] })()
  ]
  for (const headers of forms) assert.deepEqual(POLICY.evaluate({ method: 'GET', headers }), ALLOWED)
  assert.deepEqual(POLICY.evaluate({ method: 'GET', headers: { origin: ORIGIN }, path: '/a' }), ALLOWED)
})

test('a request of Node can be passed as it is', async (t) => {
  const policy = new Policy({
    allowOrigins: [ORIGIN], routes: [{ path: '/api/public/{*rest}', allowOrigins: ['*'] }], protection: { writes: 'reject' }
  })
  const app = require('express')()
  app.use('/api', (request, response) => response.json(policy.evaluate(request)))
  const port = await listen(t, http.createServer((request, response) => {
    if (request.url.startsWith('/api/')) return app(request, response)
    response.end(JSON.stringify(policy.evaluate(request)))
  }))
  const reason = async (path, method = 'GET') => JSON.parse((await send(port, { path, method, headers: { origin: ORIGIN } })).body).reason
  assert.equal(await reason('/api/public/a?b'), 'any-origin')
  assert.equal(await reason('/api/other'), 'origin-allowed')
  assert.equal(await reason('/public%2fa'), 'origin-allowed')
  assert.equal(await reason('/api%2fpublic/a'), 'path-ambiguous')
  assert.equal(await reason('/other', 'POST'), 'write-refused')
})

test('facts about a connection', () => {
  const policy = new Policy({ allowOrigins: [], protection: { writes: 'reject', websockets: 'reject' } })
  const reason = (more) => policy.evaluate({ method: 'POST', headers: { origin: 'http://a.example', host: 'a.example' }, ...more }).reason
  assert.deepEqual([{}, { secure: false }, { socket: {} }, { secure: null }].map(reason), Array(4).fill('origin-not-allowed'))
  assert.deepEqual([{ secure: true }, { socket: { encrypted: true } }].map(reason), Array(2).fill('write-refused'))
  assert.equal(reason({ method: 'GET', headers: { origin: 'null' }, websocket: true }), 'websocket-refused')
  for (const more of [{ secure: 'yes' }, { websocket: 1 }, { pathDecoded: 'no' }]) assert.throws(() => reason(more), TypeError)
})

test('a request without headers is one without Origin', () => {
  for (const headers of [undefined, null, {}, [], new Headers(), { origin: undefined }]) {
    assert.equal(POLICY.evaluate({ method: 'GET', headers }).reason, 'no-origin')
  }
  assert.equal(POLICY.evaluate({ method: 'GET', path: null }).reason, 'no-origin')
})

test('repeated headers are joined', () => {
  for (const headers of [{ origin: [ORIGIN, ORIGIN] }, [['Origin', ORIGIN], ['origin', ORIGIN]]]) {
    assert.equal(POLICY.evaluate({ method: 'GET', headers }).reason, 'origin-malformed')
  }
})

test('a refused preflight is answered', () => {
  const headers = { origin: 'https://evil.example', 'access-control-request-method': 'PUT' }
  const decision = POLICY.evaluate({ method: 'OPTIONS', headers })
  assert.equal(decision.action, 'respond')
  assert.equal(decision.status, 403)
  assert.equal(decision.body, 'corsac: origin-not-allowed\n')
})

test('a wrong call is a TypeError, and never a decision', () => {
  const calls = [
    undefined, {}, { method: 1 }, { method: 'GET', headers: 'origin: x' }, { method: 'GET', headers: ['origin', ORIGIN] },
    { method: 'GET', headers: { origin: 1 } }, { method: 'GET', headers: [[1, 'x']] }, { method: 'GET', path: 1 },
    { method: 'GET', headers: { origin: [null] } }, { method: 'GET', headers: [null] }
  ]
  for (const call of calls) assert.throws(() => POLICY.evaluate(call), TypeError, JSON.stringify(call))
  assert.throws(() => Policy.prototype.evaluate.call({}, { method: 'GET' }), TypeError)
  assert.throws(() => Policy(), TypeError)
})

test('a refused policy reports every issue', () => {
  const build = () => new Policy({ allowOrigins: ['https://app.example.com/', 'app.example.com'], maxAge: '600' })
  assert.throws(build, (error) => {
    assert(error instanceof ConfigError && error instanceof Error)
    assert.equal(error.name, 'ConfigError')
    assert.equal(error.code, 'ERR_CORSAC_CONFIG')
    assert.match(error.message, /^3 problems in the CORS policy\n/)
    assert.match(error.stack, /^ConfigError: 3 problems/)
    assert.deepEqual(error.issues.map((issue) => issue.code).sort(), ['origin-missing-scheme', 'origin-trailing-slash', 'wrong-type'])
    const { code, severity, field, value, message, help, line, ...rest } = error.issues.find((issue) => issue.field === 'allow_origins[0]')
    assert.deepEqual([severity, value, line, rest], ['error', 'https://app.example.com/', null, {}])
    assert(message.length > 0 && help.includes('https://app.example.com`'))
    return true
  })
})

test('texts and files', (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'corsac-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const write = (name, text) => {
    fs.writeFileSync(path.join(folder, name), text)
    return path.join(folder, name)
  }
  const request = { method: 'GET', headers: { origin: ORIGIN } }
  const toml = `allow_origins = ["${ORIGIN}"]\nallow_credentials = true\n`
  const json = JSON.stringify({ allow_origins: [ORIGIN], allowCredentials: true })
  const policies = [
    Policy.fromToml(toml), Policy.fromJson(json), Policy.fromJson(Buffer.from(json)),
    Policy.fromToml(new TextEncoder().encode(toml)), Policy.fromJson('\ufeff' + json),
    Policy.fromFile(write('cors.toml', toml)), Policy.fromFile(write('cors.json', json)),
    Policy.fromFile(pathToFileURL(path.join(folder, 'cors.json'))), Policy.fromFile(Buffer.from(path.join(folder, 'cors.toml')))
  ]
  for (const policy of policies) assert.deepEqual(policy.evaluate(request), ALLOWED)

  const bad = write('bad.toml', 'allow_origins = ["*"')
  assert.throws(() => Policy.fromFile(bad), (error) => {
    assert.deepEqual(error.issues.map((issue) => issue.code), ['syntax'])
    return error instanceof ConfigError && error.message.includes(bad)
  })
  const none = path.join(folder, 'none.toml')
  assert.throws(() => Policy.fromFile(none), { code: 'ENOENT', syscall: 'open', path: none })
  assert.throws(() => Policy.fromFile(folder), { code: 'EISDIR' })
  const pipe = path.join(folder, 'pipe.toml')
  execFileSync('mkfifo', [pipe])
  for (const name of [pipe, '/dev/zero']) {
    for (const kind of [Policy, Reloadable]) {
      assert.throws(() => kind.fromFile(name), (error) => error.issues[0].code === 'file-not-regular')
    }
  }
  assert.throws(() => Policy.fromJson(Buffer.from([0xff, 0x22])), ConfigError)
  for (const text of [undefined, null, {}, 1, [json]]) {
    assert.throws(() => Policy.fromJson(text), TypeError)
    assert.throws(() => Policy.fromToml(text), TypeError)
    assert.throws(() => Policy.fromFile(text), TypeError)
  }
})

test('lints are kept and emitted once', async (t) => {
  process.removeAllListeners('warning')
  const warnings = []
  process.on('warning', (warning) => warnings.push(warning))
  t.after(() => process.removeAllListeners('warning'))
  const policy = new Policy({ allowOrigins: ['*'], allowHeaders: ['*'] })
  policy.evaluate({ method: 'GET' })
  await new Promise(setImmediate)
  assert.deepEqual(warnings.map(({ name, code }) => [name, code]), [['CorsacWarning', 'authorization-not-covered']])
  assert.equal(policy.lints.length, 1)
  assert.equal(policy.lints[0].severity, 'lint')
  assert(Object.isFrozen(policy.lints) && Object.isFrozen(policy.lints[0]))
})

test('subclasses keep their class', () => {
  class Mine extends Policy {}
  assert(Mine.fromJson('{"allow_origins": []}') instanceof Mine)
})

test('policies are independent', () => {
  const policies = Array.from({ length: 50 }, (_, i) => new Policy({ allowOrigins: [`https://app${i}.example.com`] }))
  policies.forEach((policy, i) => {
    policies.forEach((_, j) => {
      const { reason } = policy.evaluate({ method: 'GET', headers: { origin: `https://app${j}.example.com` } })
      assert.equal(reason, i === j ? 'origin-allowed' : 'origin-not-allowed')
    })
  })
})

test('Vary is merged', () => {
  assert.equal(mergeVary(undefined, 'Origin'), 'Origin')
  assert.equal(mergeVary('Accept-Encoding', 'Origin'), 'Accept-Encoding, Origin')
  assert.equal(mergeVary(['accept', 'ORIGIN'], 'Origin'), 'accept, ORIGIN')
  // The Kelvin sign is not a `k`, and a no-break space is not white space in HTTP.
  assert.equal(mergeVary('\u212a', 'k'), '\u212a, k')
  assert.equal(mergeVary('\u00a0*', 'Origin'), '\u00a0*, Origin')
})

test('the version is that of the package', () => {
  assert.equal(version, require('../package.json').version)
})
