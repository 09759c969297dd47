// An API without any CORS headers. It refuses writes from other sites' pages, and trusts the pages of the front end.
import { createServer } from 'node:http'

const trusted = 'http://localhost:3000'
let preflights = 0

createServer((request, response) => {
  const { host, origin } = request.headers
  if (request.method === 'OPTIONS') preflights++
  const isForeign = origin !== undefined && origin !== trusted && new URL(origin).host !== host
  response.statusCode = request.method !== 'GET' && isForeign ? 403 : 200
  response.setHeader('Content-Type', 'application/json')
  response.end(JSON.stringify({ host, origin, preflights }))
}).listen(8000, '127.0.0.1')
