'use strict'

// Replaces `lib/policy/policy-file.js` on edge runtimes and in browsers, which have no files.

class PolicyFile {
  constructor () {
    throw new TypeError('corsac: policies are not read from files here: import the text or take it from a variable, and write ' +
      '`Policy.fromToml(text)`')
  }
}

module.exports = { PolicyFile, asPath: (path) => path }
