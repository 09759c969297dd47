'use strict'

// The differences that the guide names.

const fs = require('node:fs')
const path = require('node:path')

const GUIDE = fs.readFileSync(path.join(__dirname, '..', '..', 'docs', 'node.md'), 'utf8')

/** The first cells of a section's table. */
function rows (heading) {
  const [section] = GUIDE.split(`\n## ${heading}\n`)[1].split('\n## ')
  return section.split('\n').filter((line) => line.startsWith('| ')).slice(1).map((line) => line.split('|')[1].trim())
}

module.exports = { rows }
