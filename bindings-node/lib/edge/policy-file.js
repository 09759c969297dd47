'use strict'

// Policy files, where there are none: `lib/policy/policy-file.js` for edge runtimes and browsers.

class PolicyFile {
  constructor () {
    throw new TypeError('corsac: policies are not read from files here: import the text or take it from a variable, and write ' +
      '`Policy.fromToml(text)`')
  }
}

module.exports = { PolicyFile, asPath: (path) => path }
