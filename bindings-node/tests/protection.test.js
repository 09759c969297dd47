'use strict'

// Requests of foreign pages are refused before the application runs, in every host.

const assert = require('node:assert/strict')
const http = require('node:http')
const http2 = require('node:http2')
const net = require('node:net')
const { once } = require('node:events')
const test = require('node:test')
const corsac = require('corsac')
const { HOSTS } = require('./hosts.js')
const { ORIGIN, OTHER, cors, listen, preflight, send } = require('./client.js')

const options = (more) => ({ allowOrigins: [ORIGIN], allowCredentials: true, allowMethods: ['PUT'], exposeHeaders: ['etag'], protection: { writes: 'reject', ...more } })
const REFUSED = { vary: 'Origin, Sec-Fetch-Site' }
const READABLE = { 'allow-origin': ORIGIN, 'allow-credentials': 'true', 'expose-headers': 'etag', vary: 'Origin' }

for (const [name, [prefix, create]] of Object.entries(HOSTS)) {
  test(`protection: ${name}`, async (t) => {
    process.removeAllListeners('warning')
    let ran = 0
    const port = await listen(t, await create({ policy: new corsac.Policy(options()), run () { ran++ } }))
    const path = `${prefix}/x`
    /** Sends a request, and returns the response and whether the application ran. */
    const post = async (headers, more) => {
      const before = ran
      const answer = await send(port, { path, method: 'POST', headers: { 'content-type': 'text/plain', ...headers }, body: 'a=1', ...more })
      return [answer, ran > before]
    }
    const foreign = { origin: OTHER, 'sec-fetch-site': 'cross-site' }

    await t.test('refused', async () => {
      for (const headers of [
        foreign, { origin: OTHER }, { origin: 'null' }, { 'sec-fetch-site': 'same-site' }, { origin: `${ORIGIN}, ${OTHER}` },
        { origin: ORIGIN, 'sec-fetch-site': '' }, { origin: `http://localhost:${port}`, host: 'other.example' },
        // Headers of a proxy are not compared.
        { origin: OTHER, 'x-forwarded-host': new URL(OTHER).host, 'x-forwarded-proto': 'https', forwarded: `host=${new URL(OTHER).host}` }
      ]) {
        const [answer, hasRun] = await post(headers)
        assert.deepEqual([answer.status, answer.body, hasRun], [403, 'corsac: write-refused\n', false], JSON.stringify(headers))
        assert.deepEqual(answer.headers['content-type'], ['text/plain; charset=utf-8'])
        assert.equal(cors(answer).vary, REFUSED.vary)
        if (headers.origin !== ORIGIN) assert.deepEqual(cors(answer), REFUSED)
      }
    })
    await t.test('passes', async () => {
      for (const [headers, expected] of [
        [{ origin: ORIGIN, 'sec-fetch-site': 'cross-site' }, READABLE],
        [{}, { vary: 'Origin' }],
        [{ origin: `http://127.0.0.1:${port}` }, { vary: 'Origin' }],
        [{ origin: OTHER, 'sec-fetch-site': 'same-origin' }, { vary: 'Origin' }],
        [{ origin: 'https://mine.example', host: 'mine.example:443' }, { vary: 'Origin' }]
      ]) {
        const [answer, hasRun] = await post(headers)
        assert.deepEqual([answer.status, hasRun, cors(answer)], [200, true, expected], JSON.stringify(headers))
      }
      const [answer, hasRun] = await post(foreign, { method: 'GET', body: undefined })
      assert.deepEqual([answer.status, hasRun, cors(answer)], [200, true, { vary: 'Origin' }])
    })
    // If nobody reads the body, Hono's own `mount` leaves the connection hanging, with and without a policy.
    if (name !== 'hono, mounted') await t.test('the connection stays open, even if the body was not read', async () => {
      const socket = net.connect(port, '127.0.0.1')
      t.after(() => socket.destroy())
      const before = ran
      let text = ''
      socket.setEncoding('latin1').on('data', (data) => { text += data })
      const head = (more) => `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: ${OTHER}\r\n${more}\r\n\r\n`
      const body = 'x'.repeat(300_000)
      socket.write(head(`Content-Length: ${body.length}`))
      while (!text.includes('write-refused')) await once(socket, 'data')
      assert.match(text, /^HTTP\/1\.1 403 /)
      assert.doesNotMatch(text, /connection: close/i)
      text = ''
      socket.write(body)
      socket.write(head('Transfer-Encoding: chunked') + '5\r\nhello\r\n0\r\n\r\n')
      while (!text.includes('write-refused')) await once(socket, 'data')
      text = ''
      socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
      while (!text.includes('ran')) await once(socket, 'data')
      assert.match(text, /^HTTP\/1\.1 200 /)
      assert.equal(ran - before, 1)
    })
    await t.test('only reported', async (t) => {
      const events = []
      const onDecision = ({ action, reason, reported, origin }) => events.push([action, reason, reported, origin])
      const policy = new corsac.Policy(options({ reportOnly: true }))
      let ran = 0
      const port = await listen(t, await create({ policy, settings: { onDecision }, run () { ran++ } }))
      const answer = await send(port, { path, method: 'POST', headers: { ...foreign, 'content-type': 'text/plain' }, body: 'a' })
      await send(port, { path, method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'a' })
      assert.deepEqual([answer.status, cors(answer), ran], [200, { vary: 'Origin' }, 2])
      assert.deepEqual(events, [['continue', 'origin-not-allowed', 'write-refused', OTHER], ['continue', 'no-origin', null, null]])
    })
    await t.test('a preflight gets the same result as its request would', async (t) => {
      const open = { allowOrigins: [ORIGIN], allowMethods: ['POST'], protection: { writes: 'reject' } }
      const port = await listen(t, await create({ policy: new corsac.Policy(open), run () {} }))
      const answer = await send(port, { path, method: 'OPTIONS', headers: preflight(ORIGIN, 'POST') })
      assert.deepEqual([answer.status, answer.body, cors(answer)['allow-origin']], [403, 'corsac: write-refused\n', ORIGIN])
    })
  })
}

test('without onDecision, a report is a warning, once', async (t) => {
  process.removeAllListeners('warning')
  const warnings = []
  process.on('warning', ({ code, message, detail }) => warnings.push([code, message, detail]))
  t.after(() => process.removeAllListeners('warning'))
  const policy = new corsac.Policy({ ...options({ websockets: 'reject', reportOnly: true }) })
  for (const name of ['express', 'fastify']) {
    const port = await listen(t, await HOSTS[name][1]({ policy, settings: { verifiesUpgrades: true }, run () {} }))
    for (let i = 0; i < 3; i++) await send(port, { path: '/x', method: 'POST', headers: { origin: OTHER, 'content-length': '0' } })
  }
  for (let i = 0; i < 3; i++) policy.verifyUpgrade({ method: 'GET', url: '/chat', headers: { origin: OTHER } })
  await new Promise(setImmediate)
  assert.deepEqual(warnings.map(([code, message]) => [code, message]), [
    ['CORSAC_REPORTED', `protection would refuse POST /x from \`${OTHER}\`: write-refused`],
    ['CORSAC_REPORTED', `protection would refuse POST /x from \`${OTHER}\`: write-refused`],
    ['CORSAC_REPORTED', `protection would refuse GET /chat from \`${OTHER}\`: websocket-refused`]
  ])
  assert.match(warnings[0][2], /trusted_origins/)
})

test('a connection that is known to be TLS', async (t) => {
  const policy = () => new corsac.Policy({ allowOrigins: [], protection: { writes: 'reject' } })
  const status = async (name, headers) => {
    const port = await listen(t, await HOSTS[name][1]({ policy: policy(), run () {} }))
    return (await send(port, { path: '/', method: 'POST', headers: { origin: 'http://mine.example', host: 'mine.example', 'content-length': '0', ...headers } })).status
  }
  const forwarded = { 'x-forwarded-proto': 'https' }
  for (const name of ['node:http', 'connect', 'express', 'fastify', 'koa', 'hono', 'web']) assert.equal(await status(name, {}), 200, name)
  // In these tests, Express trusts loopback, and no other host is configured for a proxy.
  for (const [name, expected] of [['express', 403], ['express4', 403], ['node:http', 200], ['fastify', 200], ['koa', 200]]) {
    assert.equal(await status(name, forwarded), expected, name)
  }
  const [app, koa] = [require('fastify')({ trustProxy: true }), new (require('koa'))({ proxy: true })]
  await app.register(require('corsac/fastify'), { policy: policy() })
  app.post('/', async () => 'ran')
  await app.ready()
  koa.use(require('corsac/koa')(policy())).use((ctx) => { ctx.body = 'ran' })
  for (const server of [app.server, http.createServer(koa.callback())]) {
    const port = await listen(t, server)
    const post = (headers) => send(port, { path: '/', method: 'POST', headers: { origin: 'http://mine.example', host: 'mine.example', 'content-length': '0', ...headers } })
    assert.deepEqual([(await post({})).status, (await post(forwarded)).status], [200, 403])
  }
})

test('several lines of Host never match', async (t) => {
  const port = await listen(t, await HOSTS['node:http'][1]({ policy: options(), run () {} }))
  const status = async (...hosts) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.end(`POST / HTTP/1.1\r\n${hosts.map((host) => `Host: ${host}\r\n`).join('')}Origin: https://b.example\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
    let text = ''
    for await (const data of socket.setEncoding('latin1')) text += data
    return text.split(' ')[1]
  }
  assert.equal(await status('b.example'), '200')
  assert.notEqual(await status('b.example', 'c.example'), '200')
})

test('http2', async (t) => {
  let ran = 0
  const middleware = corsac(options())
  const port = await listen(t, http2.createServer((request, response) => middleware(request, response, () => { ran++; response.end('ran') })))
  const client = http2.connect(`http://localhost:${port}`)
  t.after(() => client.destroy())
  const post = async (headers, body) => {
    const stream = client.request({ ':method': 'POST', ...headers })
    stream.on('error', () => {})
    stream.write(body)
    const [answer] = await once(stream, 'response')
    let text = ''
    for await (const data of stream.setEncoding('utf8')) text += data
    stream.end()
    return [answer[':status'], text, answer.vary]
  }
  for (let i = 0; i < 20; i++) {
    assert.deepEqual(await post({ origin: OTHER }, 'x'.repeat(100_000)), [403, 'corsac: write-refused\n', REFUSED.vary])
  }
  assert.equal(ran, 0)
  assert.deepEqual(await post({ origin: `http://localhost:${port}` }, 'x'), [200, 'ran', 'Origin'])
})

test('if the headers have been sent, the application does not run', async (t) => {
  let ran = 0
  const middleware = corsac(options())
  const port = await listen(t, http.createServer((request, response) => {
    response.writeHead(200)
    middleware(request, response, () => { ran++; response.end('ran') })
  }))
  const answer = await send(port, { method: 'POST', headers: { origin: OTHER } })
  assert.deepEqual([answer.body, ran], ['', 0])
})

test('if a function fails, protection still refuses the request', async (t) => {
  process.removeAllListeners('warning')
  const warnings = []
  process.on('warning', ({ code }) => warnings.push(code))
  t.after(() => process.removeAllListeners('warning'))
  for (const name of ['node:http', 'express', 'fastify', 'koa', 'hono']) {
    let ran = 0
    const policy = { ...options(), allowOrigins: [], allowOrigin: async () => { throw new Error('no') } }
    const port = await listen(t, await HOSTS[name][1]({ policy: new corsac.Policy(policy), run () { ran++ } }))
    const answer = await send(port, { path: '/', method: 'POST', headers: { origin: OTHER, 'content-length': '0' } })
    assert.deepEqual([answer.status, answer.body, ran], [403, 'corsac: write-refused\n', 0], name)
    // A request that protection lets pass gets the error.
    const read = await send(port, { path: '/', headers: { origin: OTHER } })
    assert.deepEqual([read.status, cors(read), ran], [500, { vary: 'Origin' }, 0], name)
  }
  assert.deepEqual(warnings, Array(5).fill('CORSAC_PREDICATE'))
})

test('a connection that has become a WebSocket is not changed', async () => {
  const wrap = require('corsac/web')({ allowOrigins: [ORIGIN], protection: { websockets: 'reject' } })
  const request = (origin) => new Request('http://localhost/', { headers: { origin, upgrade: 'websocket', host: 'localhost' } })
  const upgraded = { status: 101, headers: new Headers() }
  assert.equal(await wrap(() => upgraded)(request('http://localhost')), upgraded)
  assert.equal(await wrap(() => undefined)(request('http://localhost')), undefined)
  const refused = await wrap(() => assert.fail())(request(OTHER))
  assert.deepEqual([refused.status, await refused.text()], [403, 'corsac: websocket-refused\n'])
})
