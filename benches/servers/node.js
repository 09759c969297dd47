'use strict'

// A server with http, Express or Fastify: `node node.js FRAMEWORK VARIANT`. The variants are no CORS, the same headers written
// by hand, the usual package, and corsac. It prints its port.

const http = require('node:http')
const path = require('node:path')
const { createRequire } = require('node:module')

const ROOT = path.join(__dirname, '..', '..')
const installed = createRequire(path.join(ROOT, 'bindings-node', 'index.js'))
// As it is published.
const published = createRequire(path.join(ROOT, 'target', 'bench', 'npm', 'x.js'))

const ORIGIN = 'https://app.example.com'
const OPTIONS = { origin: [ORIGIN], credentials: true }
const CORS = { 'access-control-allow-origin': ORIGIN, 'access-control-allow-credentials': 'true', vary: 'Origin' }

const [framework, variant] = process.argv.slice(2)

const FRAMEWORKS = {
  http () {
    const middleware = { corsac: () => published('corsac')(OPTIONS), cors: () => installed('cors')(OPTIONS) }[variant]?.()
    const finish = (response) => {
      response.setHeader('Content-Type', 'text/plain')
      response.end('ok')
    }
    const byHand = (request, response) => {
      for (const name in CORS) response.setHeader(name, CORS[name])
      finish(response)
    }
    const server = http.createServer(middleware !== undefined
      ? (request, response) => middleware(request, response, () => finish(response))
      : variant === 'by hand' ? byHand : (request, response) => finish(response))
    server.listen(0, '127.0.0.1', () => console.log(server.address().port))
  },
  express () {
    const app = installed('express')()
    if (variant === 'corsac') app.use(published('corsac')(OPTIONS))
    if (variant === 'cors') app.use(installed('cors')(OPTIONS))
    if (variant === 'by hand') {
      app.use((request, response, next) => {
        response.set(CORS)
        next()
      })
    }
    app.get('/', (request, response) => response.type('text').send('ok'))
    const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port))
  },
  async fastify () {
    const app = installed('fastify')()
    if (variant === 'corsac') await app.register(published('corsac/fastify'), OPTIONS)
    if (variant === '@fastify/cors') await app.register(installed('@fastify/cors'), OPTIONS)
    if (variant === 'by hand') app.addHook('onRequest', async (request, reply) => { reply.headers(CORS) })
    app.get('/', async (request, reply) => reply.type('text/plain').send('ok'))
    await app.listen({ port: 0, host: '127.0.0.1' })
    console.log(app.server.address().port)
  }
}

FRAMEWORKS[framework]()
