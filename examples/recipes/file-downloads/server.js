// Reports that a page downloads: whole, with the name of the file, or in pieces.
import path from 'node:path'
import { cors } from 'corsac'
import express from 'express'

const app = express()
app.use(cors({
  allowOrigins: ['http://localhost:5173'],
  allowHeaders: ['If-Range', 'Range'],
  exposeHeaders: ['Accept-Ranges', 'Content-Disposition', 'Content-Range', 'ETag']
}))

app.get('/report', (request, response, next) => {
  response.download(path.resolve('report.csv'), 'Tees für März.csv', next)
})

app.listen(3000, '127.0.0.1')
