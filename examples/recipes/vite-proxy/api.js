// An API without any CORS headers. Like many servers, it refuses writes and WebSockets if `Origin` is not its own `Host`.
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'

const isOwnPage = ({ headers }) => !headers.origin || new URL(headers.origin).host === headers.host
let preflights = 0

const server = createServer((request, response) => {
  if (request.method === 'OPTIONS') preflights++
  response.statusCode = request.method !== 'GET' && !isOwnPage(request) ? 403 : 200
  response.setHeader('Content-Type', 'application/json')
  response.end(JSON.stringify({ method: request.method, host: request.headers.host, origin: request.headers.origin, preflights }))
})

const sockets = new WebSocketServer({ server, verifyClient: ({ req }) => isOwnPage(req) })
sockets.on('connection', (socket) => socket.send('hello'))
server.listen(8000, '127.0.0.1')
