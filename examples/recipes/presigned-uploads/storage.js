// Plays S3: it accepts a PUT whose URL has a signature, and responds with the file's ETag. It never sees a cookie.
import { createHash, timingSafeEqual } from 'node:crypto'
import { cors } from 'corsac'
import express from 'express'
import { sign } from './signature.js'

const app = express()
app.use(cors({
  allowOrigins: ['http://localhost:5173'],
  allowMethods: ['PUT'],
  allowHeaders: ['Content-MD5', 'x-amz-meta-name'],
  exposeHeaders: ['ETag'],
  maxAge: 3000
}))

function isSigned ({ path, query }) {
  const [given, right] = [String(query.signature ?? ''), sign(path, query.expires)].map((text) => Buffer.from(text))
  return given.length === right.length && timingSafeEqual(given, right) && Number(query.expires) > Date.now()
}

const fail = (response, code) => response.status(403).type('xml').send(`<Error><Code>${code}</Code></Error>`)

app.put('/bucket/:key', express.raw({ type: () => true, limit: '10mb' }), (request, response) => {
  if (!isSigned(request)) return fail(response, 'SignatureDoesNotMatch')
  response.set('ETag', `"${createHash('md5').update(request.body).digest('hex')}"`).end()
})

app.listen(9000, '127.0.0.1')
