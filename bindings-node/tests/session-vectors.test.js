'use strict'

// The shared vectors in tests/vectors/sessions: what a browser sends, one request at a time.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const test = require('node:test')
const engine = require('../lib/engine.js')
const { explainCaptured } = require('../lib/explain/diagnose.js')

const { vectors } = JSON.parse(fs.readFileSync(path.join(__dirname, '..', '..', 'tests', 'vectors', 'sessions', 'sessions.json'), 'utf8'))

for (const { id, exchange, answers, sent, verdict } of vectors) {
  test(id, () => {
    assert.equal(answers.length, sent.length)
    const browser = new engine.BrowserSession(Buffer.from(JSON.stringify(exchange)))
    answers.forEach((answer, index) => {
      const { hop, ...request } = JSON.parse(browser.nextRequest())
      assert.deepEqual(request, sent[index])
      browser.respond(Buffer.from(JSON.stringify(answer)))
    })
    assert.equal(browser.nextRequest(), null)
    const explained = explainCaptured(engine.diagnose, browser.exchange())
    assert.equal(explained.explanation.verdict, verdict)
    assert.equal(explained.isReadable, verdict === 'readable')
    assert.equal(explained.isBlocked, ['blocked', 'sent-but-unreadable'].includes(verdict))
  })
}

test('vectors are found', () => { assert(vectors.length > 20) })

test('an answer that cannot be read', () => {
  const browser = new engine.BrowserSession(Buffer.from('{"page": "https://a.example", "request": {"url": "https://b.example/"}}'))
  assert.throws(() => browser.respond(Buffer.from('{"status": 20}')), /is not a status/)
  assert.notEqual(browser.nextRequest(), null)
})
