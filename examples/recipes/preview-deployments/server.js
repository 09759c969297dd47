// An API for a front end. Every pull request of the front end has a preview at a host of its own.
import { Policy, cors } from 'corsac'
import express from 'express'

const app = express()
app.use(cors(Policy.fromFile('cors.toml')))
app.get('/items', (request, response) => response.json({ 1: 'tea' }))
app.put('/items/:number', (request, response) => response.json('saved'))
app.listen(3000, '127.0.0.1')
