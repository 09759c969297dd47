// The script of the page: it runs the vectors, and a policy as an application would use it.

import * as corsac from 'corsac/edge'
import cors from 'corsac/web'
import hono from 'corsac/hono'
import data from 'vector-data'
import { suite } from './suite.mjs'

console.warn = () => {}
let result
try {
  if (cors !== corsac.cors || hono !== corsac.hono) throw new Error('the entries belong to different copies of the package')
  result = await suite(corsac, data)
} catch (error) {
  result = { runs: 0, failures: [String(error?.stack ?? error)] }
}
await fetch('/result', { method: 'POST', body: JSON.stringify(result) })
