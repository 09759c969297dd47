// A small API on Cloudflare Workers that the pages of two origins may call with cookies.
import cors from 'corsac/hono'
import { Hono } from 'hono'

const app = new Hono()
app.use(cors({
  allowOrigins: ['https://app.example.com', 'https://admin.example.com'],
  allowMethods: ['PUT', 'DELETE'],
  allowHeaders: ['Authorization'],
  allowCredentials: true,
  exposeHeaders: ['X-Total-Count'],
  maxAge: 3600
}))

// An example: a real worker keeps its items in a store.
const items = new Map([['1', 'tea']])

app.get('/items', (c) => c.json(Object.fromEntries(items), 200, { 'X-Total-Count': String(items.size) }))

app.get('/items/:number', (c) => {
  const name = items.get(c.req.param('number'))
  return name ? c.json(name) : c.json('there is no such item', 404)
})

app.put('/items/:number', (c) => {
  items.set(c.req.param('number'), c.req.query('name') ?? 'coffee')
  return c.json(items.get(c.req.param('number')))
})

app.get('/crash', () => {
  throw new Error('a mistake in a handler')
})

export default app
