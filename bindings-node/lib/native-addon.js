'use strict'

// Finds and loads the native addon: a file in this package, or else the package of the platform.

const path = require('node:path')
const { version } = require('../package.json')

/**
 * The targets that may run on a platform, in the order in which they are tried. On Linux, the one
 * that loads shows which C library there is.
 */
function targets (platform, arch) {
  const base = `${platform}-${arch}`
  switch (platform) {
    case 'linux': return arch === 'arm' ? [`${base}-gnueabihf`] : [`${base}-gnu`, `${base}-musl`]
    case 'win32': return [`${base}-msvc`]
    default: return [base]
  }
}

/** @param {(id: string) => unknown} load `require`, or a test's substitute */
function find (load, platform, arch) {
  const names = targets(platform, arch)
  const causes = []
  for (const name of names) {
    for (const id of [path.join(__dirname, '..', `corsac.${name}.node`), `@corsac/${name}`]) {
      try {
        return checked(load(id), id)
      } catch (error) {
        // An addon that is missing is expected, but one that is present and does not load is worth a
        // message.
        if (error.code !== 'MODULE_NOT_FOUND' || !String(error.message).includes(id)) causes.push(error)
      }
    }
  }
  throw failure(names, `${platform}-${arch}`, causes)
}

function checked (addon, id) {
  const found = addon.version()
  if (found !== version) throw new Error(`corsac: ${id} has version ${found}, but the package has version ${version}`)
  return addon
}

function failure (names, platform, causes) {
  const help = causes.length > 0
    ? causes.map((cause) => cause.message).join('; ')
    : `install ${names.map((name) => `@corsac/${name}`).join(' or ')}, or build it: \`cargo build --release -p corsac-node\`. ` +
      'npm leaves the package out with --omit=optional, or if the lockfile was made on another platform; ' +
      'in the latter case, delete node_modules and package-lock.json, and install again'
  const error = new Error(`corsac: no native addon for ${platform}: ${help}`, { cause: causes[0] })
  error.code = 'ERR_CORSAC_NATIVE'
  return error
}

module.exports = { find, load: () => find(require, process.platform, process.arch) }
