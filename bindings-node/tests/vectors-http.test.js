'use strict'

// The vectors of routes, protection and functions once more, sent as real requests, from a raw client through Node's
// parser and the middleware to a response.

const assert = require('node:assert/strict')
const http = require('node:http')
const net = require('node:net')
const { once } = require('node:events')
const test = require('node:test')
const corsac = require('corsac')
const { listen } = require('./client.js')
const vectors = require('./vectors.js')

/** Whether HTTP/1.1 can express the request, on a server without TLS. */
function travels ({ request, config, predicate }) {
  if (request === undefined || config === undefined || predicate === 'fail') return false
  const { method, path = config.routes?.length > 0 ? '' : '/', path_decoded: isDecoded, authority, secure, websocket, headers } = request
  return config.dialect !== 'cors' && !isDecoded && authority === undefined && !secure && !websocket && http.METHODS.includes(method) && method !== 'CONNECT' &&
    /^[!-~\x80-\xff]{1,12000}$/.test(path) && path.startsWith('/') &&
    headers.every(([, value]) => value.length < 12_000 && /^(?:[!-~\x80-\xff](?:[ -~\x80-\xff]*[!-~\x80-\xff])?)?$/.test(value))
}

async function exchange (port, { method, path = '/', headers }) {
  const socket = net.connect(port, '127.0.0.1')
  socket.write(Buffer.from(`${method} ${path} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}Content-Length: 0\r\nConnection: close\r\n\r\n`, 'latin1'))
  let text = ''
  socket.setEncoding('latin1').on('data', (data) => { text += data })
  await once(socket, 'close')
  const [head, body] = text.split('\r\n\r\n')
  const [status, ...lines] = head.split('\r\n')
  const pairs = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)])
  return { status: Number(status.split(' ')[1]), headers: pairs.filter(([name]) => name === 'vary' || name.startsWith('access-control-')), body }
}

test('vectors over HTTP', async (t) => {
  process.removeAllListeners('warning')
  let middleware
  const options = { requireHostHeader: false, maxHeaderSize: 1 << 16, insecureHTTPParser: true }
  const port = await listen(t, http.createServer(options, (request, response) => {
    middleware(request, response, () => response.end('ran'))
  }))
  const failures = []
  let count = 0
  let refusedByNode = 0
  for (const vector of vectors.read()) {
    if (!travels(vector)) continue
    const allowOrigin = vector.predicate && (() => vector.predicate === 'allow')
    const policy = new corsac.Policy({ ...vector.config, ...(allowOrigin && { allowOrigin }) })
    middleware = corsac(policy, { verifiesUpgrades: true })
    const answer = await exchange(port, vector.request)
    if (answer.status === 400) {
      refusedByNode++
      continue
    }
    count++
    const { action, status, headers, body } = vector.expect
    const isResponse = action === 'respond'
    const expected = {
      status: isResponse ? status : 200,
      headers: headers.filter(([name]) => name === 'vary' || name.startsWith('access-control-')),
      body: isResponse ? body : vector.request.method === 'HEAD' ? '' : 'ran'
    }
    try {
      assert.deepEqual(answer, expected)
    } catch (error) {
      failures.push(`${vector.id}: ${error.message}`)
    }
  }
  assert.deepEqual(failures, [])
  assert(count > 300 && refusedByNode < 20, `${count} vectors, ${refusedByNode} refused by Node`)
  t.diagnostic(`${count} vectors, ${refusedByNode} refused by Node`)
})
