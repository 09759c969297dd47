// The demo's API on Express. Start it in this folder with `npm ci && PORT=4102 npm start`.
'use strict'

const path = require('node:path')
const { cors, Policy } = require('corsac')
const express = require('express')

const file = process.env.CORS_POLICY ?? path.join(__dirname, '../cors.toml')
const app = express()
let number = 0

// First, so that every response after it has the headers, even the 404 and the 500.
app.use(cors(Policy.fromFile(file)))
app.use(express.json())

app.get('/api/hello', (request, response) => {
  response.set({ 'X-Request-Id': `node-${++number}`, 'X-Internal': 'not for scripts' })
  response.json({ message: 'hello' })
})

app.post('/api/echo', (request, response) => {
  response.json(request.body)
})

app.put('/api/note', (request, response) => {
  response.json({ token: request.get('X-Demo-Token') ?? null })
})

app.delete('/api/note', (request, response) => {
  response.json({ deleted: true })
})

app.post('/api/session', (request, response) => {
  // Cookies do not distinguish ports, so each server uses its own name.
  response.cookie('session_node', 'alice', { httpOnly: true, sameSite: 'lax' })
  response.json({ user: 'alice' })
})

app.get('/api/session', (request, response) => {
  const found = /(?:^|; )session_node=([^;]*)/.exec(request.get('Cookie') ?? '')
  response.json({ user: found ? found[1] : null })
})

app.get('/api/crash', () => {
  throw new Error('on purpose: nobody handles this')
})

app.get('/api/own-headers', (request, response) => {
  response.set('Access-Control-Allow-Origin', '*') // wrong: the policy replaces it
  response.set('Access-Control-Allow-Credentials', 'maybe')
  response.set('Vary', 'Accept-Encoding') // right: it is merged
  response.json({ message: 'own headers' })
})

app.listen(Number(process.env.PORT ?? 4102), '127.0.0.1', (error) => {
  if (error) throw error
})
