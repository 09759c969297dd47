'use strict'

// An application with the `cors` package, for the suites of other test runners.

const cors = require('cors')
const express = require('express')

const app = express()
app.use(cors({ origin: ['https://app.example.com'], methods: ['GET', 'PUT'] }))
app.all('/items', (request, response) => response.send('hello'))

module.exports = app
