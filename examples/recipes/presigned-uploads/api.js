// Gives a page a URL for one upload. A real API asks for a login first. The file itself never passes through here.
import { randomUUID } from 'node:crypto'
import { cors } from 'corsac'
import express from 'express'
import { sign } from './signature.js'

const app = express()
app.use(cors({ allowOrigins: ['http://localhost:5173'] }))

app.post('/uploads', (request, response) => {
  const key = `/bucket/${randomUUID()}`
  const expires = Date.now() + 60_000
  response.json({ url: `http://localhost:9000${key}?expires=${expires}&signature=${sign(key, expires)}` })
})

app.listen(3000, '127.0.0.1')
