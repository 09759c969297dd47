'use strict'

// Prepares npm packages with native code for publishing: a package for each platform, and the one that people install.
// The latter has the others as optional dependencies, so that npm installs the one for the platform.

const fs = require('node:fs')
const path = require('node:path')

const LIBC = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl' }

function write (folder, value) {
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(value, null, 2) + '\n')
}

/** Writes the package of one platform, and returns its name. */
function writePlatform (folder, triple, built, manifest, describe) {
  const [os, cpu, abi] = triple.split('-')
  const { name, description, file, mode, ...rest } = describe(triple, os)
  fs.mkdirSync(folder, { recursive: true })
  fs.copyFileSync(built, path.join(folder, file))
  // A program that was downloaded from a build elsewhere may not be executable any more.
  if (mode !== undefined) fs.chmodSync(path.join(folder, file), mode)
  const { version, license, engines } = manifest
  const libc = os === 'linux' ? { libc: [LIBC[abi]] } : {}
  write(folder, { name, version, description, license, engines, os: [os], cpu: [cpu], ...libc, ...rest, files: [file] })
  return name
}

/**
 * Prepares the packages that the command line names: `<folder> <triple>=<file> …`.
 *
 * `describe(triple, os)` gives a platform's `name`, `description` and `file`, the file's `mode` if it matters, and all
 * other fields of its package.json. `fill(folder)` puts the files of the main package into its folder, and returns its
 * package.json.
 */
function layOut ({ usage, manifest, describe, fill }) {
  const [target, ...given] = process.argv.slice(2)
  const built = given.map((text) => text.split('='))
  if (target === undefined || built.length === 0 || built.some((pair) => pair.length !== 2)) {
    console.error(`usage: ${usage}`)
    process.exit(2)
  }
  const names = built.map(([triple, file]) => writePlatform(path.join(target, triple), triple, file, manifest, describe))
  const folder = path.join(target, manifest.name)
  fs.mkdirSync(folder, { recursive: true })
  write(folder, { ...fill(folder), optionalDependencies: Object.fromEntries(names.map((name) => [name, manifest.version])) })
}

module.exports = { layOut }
