'use strict'

// Code that a help suggests is pasted into JavaScript unchanged.

const assert = require('node:assert/strict')
const test = require('node:test')
const vm = require('node:vm')
const { Policy } = require('corsac')

/** The code that the help of the only problem offers. */
function suggested (options) {
  try {
    new Policy(options) // eslint-disable-line no-new
  } catch ({ issues }) {
    assert.equal(issues.length, 1, JSON.stringify(issues))
    const found = /^write (?:the origin(?: pattern)?s? )?`([^`]*)`/.exec(issues[0].help)
    assert.ok(found, issues[0].help)
    return found[1]
  }
  assert.fail('it is accepted')
}

const pasted = (code) => vm.runInThisContext(`(${code})`)
const allows = (policy, origin) => policy.evaluate({ method: 'GET', headers: { origin } }).reason === 'origin-allowed'

test('a suggested regex is a string', () => {
  const code = suggested({ allowOriginRegex: ['https://[a-z]+.example.com'], allowCredentials: true })
  assert.equal(code, '"https://[a-z]+\\\\.example\\\\.com"')
  const policy = new Policy({ allowOriginRegex: [pasted(code)], allowCredentials: true })
  assert.ok(allows(policy, 'https://a.example.com') && !allows(policy, 'https://axexample.com'))
})

test('a suggested setting is a property', () => {
  const code = suggested({ allowOriginRegex: 'https://(a|b).example.com', allowCredentials: true })
  assert.equal(code, 'allowOrigins: ["https://a.example.com", "https://b.example.com"]')
  assert.ok(allows(new Policy(pasted(`{ ${code}, allowCredentials: true }`)), 'https://b.example.com'))
})

test('in the cors dialect a suggested regex is a RegExp', () => {
  for (const [origin, expected] of [
    [/[a-z]+\.example\.com$/i, '/^https:\\/\\/[a-z]+\\.example\\.com$/i'],
    ['^https://[a-z]+\\.example\\.com$', '/^https:\\/\\/[a-z]+\\.example\\.com$/']
  ]) {
    const code = suggested({ dialect: 'cors', origin })
    assert.equal(code, expected)
    assert.ok(allows(new Policy({ dialect: 'cors', origin: pasted(code) }), 'https://a.example.com'))
  }
})

test('in the cors dialect suggested origins are strings', () => {
  const code = suggested({ dialect: 'cors', origin: /app\.example\.com/ })
  assert.ok(allows(new Policy({ dialect: 'cors', origin: pasted(code) }), 'https://app.example.com'))
})
