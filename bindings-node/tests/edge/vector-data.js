'use strict'

// All shared vectors as one value, for runtimes that cannot read files.

const fs = require('node:fs')
const path = require('node:path')
const { read } = require('../vectors.js')

const FOLDER = path.join(__dirname, '..', '..', '..', 'tests', 'vectors')

function folder (name) {
  const files = fs.readdirSync(path.join(FOLDER, name)).filter((file) => file.endsWith('.json') && file !== 'schema.json')
  return files.flatMap((file) => JSON.parse(fs.readFileSync(path.join(FOLDER, name, file), 'utf8')).vectors)
}

function vectorData () {
  return { vectors: read(), apply: folder('apply'), exchanges: folder('exchanges'), findings: folder('findings') }
}

module.exports = { vectorData }
