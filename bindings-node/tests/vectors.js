'use strict'

// The shared test vectors, checked against their schema's keys as they are read.

const fs = require('node:fs')
const path = require('node:path')

const FOLDER = path.join(__dirname, '..', '..', 'tests', 'vectors')

/** Every vector of every file. */
function read () {
  const files = fs.readdirSync(FOLDER).filter((name) => name.endsWith('.json') && name !== 'schema.json')
  if (files.length === 0) throw new Error(`${FOLDER} has no vectors`)
  const ids = new Set()
  return files.flatMap((file) => {
    const { $schema, vectors, ...rest } = JSON.parse(fs.readFileSync(path.join(FOLDER, file), 'utf8'))
    keys(file, rest, {})
    if ($schema !== './schema.json' || !Array.isArray(vectors) || vectors.length === 0) {
      throw new Error(`${file} is not a file of vectors`)
    }
    for (const vector of vectors) {
      if (ids.has(vector.id)) throw new Error(`${file}: ${vector.id} occurs twice`)
      ids.add(vector.id)
      check(`${file}: ${vector.id}`, vector)
    }
    return vectors
  })
}

/** The number of runs that the files require, counted without `read`. */
function count () {
  let runs = 0
  for (const file of fs.readdirSync(FOLDER)) {
    if (!file.endsWith('.json') || file === 'schema.json') continue
    for (const vector of JSON.parse(fs.readFileSync(path.join(FOLDER, file), 'utf8')).vectors) {
      if ('config' in vector) runs += 2
      else if ('text' in vector || 'vary' in vector) runs += 1
    }
  }
  return runs
}

const COMMON = { id: 'string', why: 'string', spec: 'string' }
const DECISION = { action: 'string', status: 'number or null', headers: 'array', body: 'string', reason: 'string', reported: 'string?', asked: 'boolean?' }
const REQUEST = {
  method: 'string', headers: 'array', path: 'string?', path_decoded: 'boolean?', authority: 'string?', secure: 'boolean?', websocket: 'boolean?'
}
const VARY = { application: 'array', decision: 'string', merged: 'string' }

function check (where, vector) {
  const { config, text, request, expect, issues, lints, vary, predicate, ...common } = vector
  keys(where, common, COMMON)
  const kinds = [request ?? expect, issues, lints, vary].filter((part) => part !== undefined)
  if (kinds.length !== 1) throw new Error(`${where} is not of one kind`)
  if ((config !== undefined) + (text !== undefined) !== (vary === undefined ? 1 : 0)) {
    throw new Error(`${where} has no policy or several`)
  }
  if (text !== undefined) keys(where, text, { format: 'string', text: 'string' })
  if (vary !== undefined) keys(where, vary, VARY)
  if (request !== undefined || expect !== undefined) {
    keys(where, request, REQUEST)
    keys(where, expect, DECISION)
  }
  if ((predicate !== undefined) !== (expect?.asked !== undefined) || ![undefined, 'allow', 'deny', 'fail'].includes(predicate)) {
    throw new Error(`${where} has an unknown predicate, or a predicate without "asked", or the reverse`)
  }
  for (const finding of issues ?? lints ?? []) keys(where, finding, { code: 'string', field: 'string' })
}

/** @param wanted the type of each member; `?` at the end if it may be left out */
function keys (where, object, wanted) {
  const found = Object.keys(object)
  const missing = Object.keys(wanted).filter((key) => !wanted[key].endsWith('?') && !found.includes(key))
  const odd = [...found.filter((key) => !(key in wanted)), ...missing]
  if (odd.length > 0) throw new Error(`${where}: unknown or missing: ${odd.join(', ')}`)
  for (const key of found) {
    const value = object[key]
    const type = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
    if (!wanted[key].replace('?', '').split(' or ').includes(type)) throw new Error(`${where}: ${key} is of type ${type}`)
  }
}

module.exports = { read, count }
