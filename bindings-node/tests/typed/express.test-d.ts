// The middleware's types, with Express's own types, and with code whose variables are typed by `@types/cors`. Checked
// by the compiler, never run.

import cors = require('corsac')
import express = require('express')
import theirs = require('cors')
import http = require('node:http')
import http2 = require('node:http2')

const app = express()
app.use(cors())
app.use('/api', cors({ origin: 'https://a.example', credentials: true }), (request, response) => { response.send('x') })
app.options('/item', cors({ allowOrigins: ['https://a.example'] }))
app.delete<{ id: string }>('/item/:id', cors(), (request, response) => { response.send(request.params.id) })
app.use(cors<express.Request>((request, callback) => callback(null, { origin: request.get('x') === 'y' })))
express.Router().use(cors(new cors.Policy({ allowOrigins: [] })))

// Values with the types of `@types/cors` are passed to corsac's functions.
const headers: theirs.CorsRequest['headers'] = {}
const request: cors.CorsRequest = { headers }
const origin: theirs.CorsOptions['origin'] = (origin, callback) => callback(null, origin !== undefined)
const options = { origin: 'https://a.example', methods: ['PUT'], maxAge: 5, optionsSuccessStatus: 200 } satisfies theirs.CorsOptions
app.use(cors(options))
app.use(cors({ origin: origin as cors.CustomOrigin }))
const handler: express.RequestHandler = cors(options)
const delegate: theirs.CorsOptionsDelegate<express.Request> = (request, callback) => callback(null, options)
app.use(cors((request: express.Request, callback) => { delegate(request, (error) => callback(error, options)) }))

// Node's own servers and requests.
const policy = new cors.Policy({
  allowOrigins: [], protection: { websockets: 'reject' },
  routes: [{ path: '/tenants/{*rest}', allowOrigin: (origin, request: express.Request) => request.get('x') === origin }]
})
const server: http.Server = policy.attach(http.createServer(app))
policy.attach(http2.createSecureServer({}), { onDecision: ({ reported }) => reported })
server.on('upgrade', (request, socket) => { if (!policy.verifyUpgrade(request)) socket.destroy() })
app.use((request, response) => { response.json(policy.evaluate(request)) })
app.use(cors<express.Request>({ allowOrigin: async (origin, request) => request.get('x') === origin }))

export { handler, request }
