import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import { headingAnchor } from './anchors.mjs'
import { repositoryLinks } from './repository-links.mjs'

const built = fileURLToPath(new URL('../../target/', import.meta.url))
// Written by site/build.py: the page of each file, and the navigation.
const site = JSON.parse(readFileSync(`${built}site/site.json`, 'utf8'))

export default defineConfig({
  title: 'corsac',
  description: 'One CORS policy for Python, Node, C, nginx, Apache, Envoy and Rust, and tools that show how browsers apply it.',
  // The path of the site, if it is not served at the root of a host: BASE=/corsac/ make docs.
  base: process.env.BASE ?? '/',
  srcExclude: ['public/**'],
  srcDir: `${built}site/pages`,
  outDir: `${built}docs`,
  cacheDir: `${built}site/cache`,
  head: [['link', { rel: 'icon', href: `${process.env.BASE ?? '/'}icon.svg`, type: 'image/svg+xml' }]],
  // rustdoc and the playground have pages that VitePress does not know. tests/documentation checks these links.
  ignoreDeadLinks: [/^\/api\/rust\//, /^\/playground\//],
  markdown: {
    theme: { light: 'github-light', dark: 'github-dark' },
    languageAlias: { rs: 'rust', 'rust,no_run': 'rust', console: 'shellsession', pycon: 'python' },
    anchor: { slugify: headingAnchor },
    config: (md) => md.use(repositoryLinks, site.routes)
  },
  vite: {
    // The index of the search is one file, which is loaded when somebody searches.
    build: { chunkSizeWarningLimit: 4000 }
  },
  themeConfig: {
    nav: site.nav,
    sidebar: site.sidebar,
    outline: [2, 3],
    logo: '/icon.svg',
    search: {
      provider: 'local',
      options: {
        _render: (source, environment, md) => {
          // Pages that show a source are not searched.
          if (/^---\n(?:.*\n)*?search: false\n/.test(source)) return ''
          return md.render(source, environment)
        },
        miniSearch: { searchOptions: { combineWith: 'AND', fuzzy: 0.1, prefix: true, boost: { title: 4, text: 2, titles: 1 } } }
      }
    }
  },
  // The browser itself refuses every address of another host, and every script that is not the site's.
  transformHtml: (html) => {
    const scripts = [...html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(([, script]) => script)
    const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`)
    const policy = [
      "default-src 'self'", `script-src 'self' ${hashes.join(' ')}`, "style-src 'self' 'unsafe-inline'", "img-src 'self' data:",
      "base-uri 'none'", "form-action 'none'"
    ].join('; ')
    return html.replace('<head>', `<head>\n    <meta http-equiv="Content-Security-Policy" content="${policy}">`)
  }
})
