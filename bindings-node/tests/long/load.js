'use strict'

// Load on Express with clients that disconnect. There must be no error, and memory must not grow.
// node --expose-gc tests/long/load.js [seconds, 60 if left out]

const { once } = require('node:events')
const net = require('node:net')
const { setTimeout: wait } = require('node:timers/promises')
const autocannon = require('autocannon')
const express = require('express')
const corsac = require('corsac')

const SECONDS = Number(process.argv[2] ?? 60)
const MOST = 48 << 20
const ORIGIN = 'https://app.example.com'

async function main () {
  const failures = []
  process.on('uncaughtException', (error) => failures.push(error))
  process.on('unhandledRejection', (error) => failures.push(error))
  const app = express()
  app.use(corsac({ origin: (origin, callback) => setImmediate(callback, null, origin === ORIGIN), methods: ['PUT'] }))
  app.use('/inner', corsac({ allowOrigins: [ORIGIN], allowCredentials: true }))
  app.get('/inner', (request, response) => { response.vary('Accept').json({ message: 'hello' }) })
  app.get('/stream', (request, response) => {
    response.write('x'.repeat(65_536))
    setTimeout(() => response.end('y'), 20)
  })
  app.use((error, request, response, next) => { failures.push(error); next(error) })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()

  const settled = async () => {
    await wait(200)
    for (let i = 0; i < 4; i++) { global.gc?.(); await wait(5) }
    return process.memoryUsage().rss
  }
  const round = async (duration) => {
    let isOver = false
    let aborted = 0
    const abort = async () => {
      while (!isOver) {
        const socket = net.connect(port, '127.0.0.1').on('error', () => {})
        socket.write(`GET /stream HTTP/1.1\r\nHost: x\r\nOrigin: ${ORIGIN}\r\n\r\n`)
        await wait(2)
        socket.destroy()
        aborted++
      }
    }
    const aborts = abort()
    const headers = { origin: ORIGIN }
    const result = await autocannon({
      url: `http://127.0.0.1:${port}`,
      connections: 20,
      duration,
      requests: [
        { path: '/inner', headers },
        { path: '/inner', headers: { origin: 'https://evil.example' } },
        { path: '/inner' },
        { path: '/nowhere', headers },
        { method: 'OPTIONS', path: '/inner', headers: { ...headers, 'access-control-request-method': 'PUT' } }
      ]
    })
    isOver = true
    await aborts
    return { ...result, aborted }
  }

  await round(Math.min(SECONDS, 5))
  const before = await settled()
  const result = await round(SECONDS)
  const grown = await settled() - before
  server.close()
  server.closeAllConnections()
  console.log(`${result.requests.total} requests and ${result.aborted} aborted ones in ${SECONDS} s: ` +
    `${result.errors} errors, ${result['5xx']} of status 5xx, resident set grown by ${(grown / (1 << 20)).toFixed(1)} MiB`)
  const isBad = result.errors > 0 || result.timeouts > 0 || result['5xx'] > 0 || failures.length > 0 || grown > MOST || result.requests.total === 0
  if (failures.length > 0) console.error(failures[0])
  process.exit(isBad ? 1 : 0)
}

main()
