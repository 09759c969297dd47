#!/usr/bin/env node
'use strict'

// Runs the program of the package for this platform, which npm has installed next to this one.

const { spawnSync } = require('node:child_process')
const os = require('node:os')

/** The packages that may have the program. npm installs the one for the platform's C library. */
function packages (platform, arch) {
  const base = `@corsac/cli-${platform}-${arch}`
  switch (platform) {
    case 'linux': return arch === 'arm' ? [`${base}-gnueabihf`] : [`${base}-gnu`, `${base}-musl`]
    case 'win32': return [`${base}-msvc`]
    default: return [base]
  }
}

function program () {
  const names = packages(process.platform, process.arch)
  const file = process.platform === 'win32' ? 'corsac.exe' : 'corsac'
  for (const name of names) {
    try {
      return require.resolve(`${name}/${file}`)
    } catch {
      // Another package may have it.
    }
  }
  console.error(`error: there is no program for ${process.platform}-${process.arch}\n` +
    `  help: install ${names.join(' or ')}. npm leaves it out with --omit=optional, or if the lockfile was made on another platform`)
  process.exit(2)
}

// Ctrl-C reaches the program as well. The program decides what to do, and this process then ends with the same status.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {})
const { status, signal, error } = spawnSync(program(), process.argv.slice(2), { stdio: 'inherit' })
if (error !== undefined) {
  console.error(`error: the program cannot be run: ${error.message}`)
  process.exit(2)
}
process.exit(signal === null ? status : 128 + os.constants.signals[signal])
