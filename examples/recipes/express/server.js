// A small API that the pages of two origins may call with cookies.
import { cors } from 'corsac'
import express from 'express'

const app = express()
app.use(cors({
  allowOrigins: ['https://app.example.com', 'https://admin.example.com'],
  allowMethods: ['PUT', 'DELETE'],
  allowHeaders: ['Authorization'],
  allowCredentials: true,
  exposeHeaders: ['X-Total-Count'],
  maxAge: 3600
}))
app.use(express.json())

const items = new Map([['1', 'tea']])

app.get('/items', (request, response) => {
  response.set('X-Total-Count', String(items.size)).json(Object.fromEntries(items))
})

app.get('/items/:number', (request, response) => {
  const name = items.get(request.params.number)
  if (name) response.json(name)
  else response.status(404).json('there is no such item')
})

app.put('/items/:number', (request, response) => {
  items.set(request.params.number, request.body?.name ?? 'coffee')
  response.json(items.get(request.params.number))
})

app.get('/crash', () => {
  throw new Error('a mistake in a handler')
})

app.listen(3000, '127.0.0.1')
