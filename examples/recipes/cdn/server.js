// An API behind a cache that everybody shares.
import { cors } from 'corsac'
import express from 'express'

const app = express()
app.use(cors({ allowOrigins: ['https://app.example.com', 'https://admin.example.com'], allowMethods: ['PUT'] }))

app.get('/items', (request, response) => {
  response.set('Cache-Control', 'public, max-age=60').json({ 1: 'tea' })
})

app.get('/fonts.css', (request, response) => {
  response.set('Cache-Control', 'public, max-age=60').type('css').send('/* a font */')
})

app.listen(3000, '127.0.0.1')
