'use strict'

// Logs contain data from clients, but no characters that a terminal obeys or that make one line look like two.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const net = require('node:net')
const path = require('node:path')
const test = require('node:test')

const SERVER = `
const { cors, Policy } = require('corsac')
const http = require('node:http')
const policy = new Policy({ allowOrigins: [], protection: { writes: 'reject', reportOnly: true } })
const middleware = cors(policy)
http.createServer({ insecureHTTPParser: true, maxHeaderSize: 200_000 }, (request, response) => middleware(request, response, () => response.end()))
  .listen(0, '127.0.0.1', function () { console.log(this.address().port) })
process.stdin.resume().on('end', () => process.exit())`

/** Sends bytes to a new process, and returns everything that it has written. */
async function logged (debug, requests) {
  const child = spawn(process.execPath, ['-e', SERVER], { cwd: path.join(__dirname, '..'), env: { ...process.env, NODE_DEBUG: debug } })
  let text = Buffer.alloc(0)
  child.stderr.on('data', (data) => { text = Buffer.concat([text, data]) })
  const [port] = await once(child.stdout, 'data')
  for (const bytes of requests) {
    const socket = net.connect(Number(port), '127.0.0.1').on('error', () => {})
    socket.write(bytes)
    socket.resume()
    await once(socket, 'close')
  }
  child.stdin.end()
  await once(child, 'close')
  return text
}

const request = (path, origin, method = 'POST') => Buffer.concat([
  Buffer.from(`${method} `), Buffer.from(path, 'latin1'), Buffer.from(' HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\nOrigin: '),
  Buffer.from(origin, 'latin1'), Buffer.from('\r\n\r\n')
])

/** Dangerous bytes: C0 that parsers let pass, C1, DEL, ESC, bidirectional text in UTF-8, and bytes that are not UTF-8.
 * */
const DANGEROUS = ['\x01', '\x08', '\x1b[2J', '\x1b]0;title\x07', '\x7f', '\x85', '\x9b31m', '\xc2\x9b', '\xe2\x80\xae', '\xef\xbb\xbf', '\xff\xfe', '\xc0\xaf']

for (const debug of ['corsac', '']) {
  test(`nothing dangerous from a request is written: ${debug === '' ? 'reports' : 'NODE_DEBUG'}`, async () => {
    const values = DANGEROUS.map((text) => `https://a${text}b`)
    // A process warns only once about reports, so in that case all bytes are in one request.
    const origins = debug === '' ? [`https://a${DANGEROUS.join('')}`] : values
    const requests = origins.flatMap((origin) => [request('/p', origin), request(`/${origin.slice(9).replace(/[\x00-\x20\x7f]/g, '')}`, 'https://c')])
    const text = (await logged(debug, requests)).toString('utf8')
    assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]/)
    assert.match(text, /\\u\{9b\}/)
    if (debug === '') return
    const lines = text.split('\n').filter((line) => line.startsWith('CORSAC'))
    assert(lines.length >= requests.length / 2, text)
    for (const line of lines) assert.match(line, /^CORSAC \d+: continue, [a-z-]+, write-refused \(reported only\): POST \/\S* from `[^`]*`; help: /)
  })
}

test('long values are cut', async () => {
  const long = 'a'.repeat(64 * 1024)
  const text = (await logged('corsac', [request(`/${long}`, `https://${long}`)])).toString('utf8')
  assert.match(text, /CORSAC/)
  assert(text.length < 4000, `${text.length} characters`)
})

test('the errors of functions may repeat data from the request', () => {
  const { printable, printableLines } = require('../lib/decide/printable.js')
  assert.equal(printable('a\nb\x9b\u202e'), 'a\\nb\\u{9b}\\u{202e}')
  assert.equal(printable('\ud800'), '\ufffd')
  assert.equal(printableLines('Error: a\x1b[2J\n    at b'), 'Error: a\\u{1b}[2J\n    at b')
})
