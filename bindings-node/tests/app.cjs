'use strict'

// A small application that tries itself out, for places where nothing but the package is installed.

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
  const { Policy } = await import('corsac')
  assert.throws(() => new Policy({ allowOrigins: ['*'], allowCredentials: true }), (error) => error.code === 'ERR_CORSAC_CONFIG')
  console.log('works')
  process.exit(0)
})
