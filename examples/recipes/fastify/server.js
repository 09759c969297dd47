// A small API that the pages of two origins may call with cookies.
import cors from 'corsac/fastify'
import Fastify from 'fastify'

const app = Fastify({ logger: { level: 'error' } })
await app.register(cors, {
  allowOrigins: ['https://app.example.com', 'https://admin.example.com'],
  allowMethods: ['PUT', 'DELETE'],
  allowHeaders: ['Authorization'],
  allowCredentials: true,
  exposeHeaders: ['X-Total-Count'],
  maxAge: 3600
})

const items = new Map([['1', 'tea']])

app.get('/items', (request, reply) => {
  reply.header('X-Total-Count', items.size).send(Object.fromEntries(items))
})

app.get('/items/:number', (request, reply) => {
  const name = items.get(request.params.number)
  return name ?? reply.code(404).send('there is no such item')
})

app.put('/items/:number', (request) => {
  items.set(request.params.number, request.query.name ?? 'coffee')
  return items.get(request.params.number)
})

app.get('/crash', () => {
  throw new Error('a mistake in a handler')
})

await app.listen({ port: 3000, host: '127.0.0.1' })
