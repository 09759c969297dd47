'use strict'

// A small application that tests itself, for environments in which only the package is installed.

const assert = require('node:assert')
const http = require('node:http')
const cors = require('corsac')
const web = require('corsac/web')

const ORIGIN = 'https://app.example.com'
const middleware = cors({ allowOrigins: [ORIGIN], allowOrigin: async (origin) => origin.endsWith('.example.org') })
const server = http.createServer((request, response) => middleware(request, response, () => {
  response.setHeader('Vary', 'Accept')
  response.end('hello')
}))

server.listen(0, '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${server.address().port}`
  const get = async (origin) => (await fetch(url, { headers: { origin } })).headers
  for (const origin of [ORIGIN, 'https://a.example.org']) {
    const headers = await get(origin)
    assert.equal(headers.get('access-control-allow-origin'), origin)
    assert.equal(headers.get('vary'), 'Accept, Origin')
  }
  assert.equal((await get('https://evil.example.net')).get('access-control-allow-origin'), null)
  const handler = web({ allowOrigins: [ORIGIN] })(() => new Response('hello'))
  const response = await handler(new Request('http://localhost/', { headers: { origin: ORIGIN } }))
  assert.equal(response.headers.get('access-control-allow-origin'), ORIGIN)
  if (globalThis.Bun !== undefined) {
    // Bun finds out the type of a text when it sends the response.
    const served = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: handler })
    const { headers } = await fetch(served.url, { headers: { origin: ORIGIN } })
    assert.match(headers.get('content-type'), /^text\/plain/)
    assert.equal(headers.get('access-control-allow-origin'), ORIGIN)
    served.stop()
  }
  const { Policy, Reloadable } = await import('corsac')
  assert.throws(() => new Policy({ allowOrigins: ['*'], allowCredentials: true }), (error) => error.code === 'ERR_CORSAC_CONFIG')
  const policy = new Policy({
    allowOrigins: [ORIGIN], routes: [{ path: '/public/{*rest}', allowOrigins: ['*'] }], protection: { writes: 'reject', websockets: 'reject' }
  })
  const guarded = web(policy)(() => new Response('hello'))
  const ask = (path, method, origin) => guarded(new Request(`http://localhost${path}`, { method, headers: { origin } }))
  assert.equal((await ask('/public/a', 'GET', 'https://evil.example.net')).headers.get('access-control-allow-origin'), '*')
  assert.equal((await ask('/public%2fa', 'GET', ORIGIN)).headers.get('access-control-allow-origin'), null)
  assert.equal((await ask('/', 'POST', 'https://evil.example.net')).status, 403)
  assert.equal(policy.verifyUpgrade({ method: 'GET', url: '/', headers: { origin: 'https://evil.example.net', upgrade: 'websocket' } }), false)
  const sockets = policy.attach(http.createServer()).on('upgrade', (request, socket) => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  })
  await new Promise((resolve) => sockets.listen(0, '127.0.0.1', resolve))
  const shake = (origin) => new Promise((resolve) => {
    const socket = require('node:net').connect(sockets.address().port, '127.0.0.1')
    socket.on('data', (data) => { resolve(String(data).split(' ')[1]); socket.destroy() }).on('error', resolve)
    socket.write(`GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: ${origin}\r\n\r\n`)
  })
  assert.equal(await shake('https://evil.example.net'), '403')
  assert.equal(await shake('http://a'), '101')
  const fs = require('node:fs')
  const file = require('node:path').join(fs.mkdtempSync(require('node:path').join(require('node:os').tmpdir(), 'corsac-')), 'cors.toml')
  fs.writeFileSync(file, 'allow_origins = []')
  const policies = Reloadable.fromFile(file)
  const changed = new Promise((resolve, reject) => policies.watch({ interval: 20, onReload: resolve, onError: reject }))
  fs.writeFileSync(file, `allow_origins = ["${ORIGIN}"]`)
  await changed
  assert.equal(policies.policy.evaluate({ method: 'GET', headers: { origin: ORIGIN } }).reason, 'origin-allowed')
  console.log('works')
  process.exit(0)
})
