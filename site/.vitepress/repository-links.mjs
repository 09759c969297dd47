// Links between files of the repository become links between pages of the site, and pictures follow the site's colour scheme.
import path from 'node:path/posix'

const PICTURE = /<picture>\s*<source[^>]*srcset="(?<dark>[^"]+)"[^>]*>\s*<img(?<attributes>[^>]*?)src="(?<light>[^"]+)"(?<more>[^>]*)>\s*<\/picture>/g

export function repositoryLinks (md, routes) {
  const files = Object.fromEntries(Object.entries(routes).filter(([file]) => file.endsWith('.md')).map(([file, page]) => [page, file]))

  const address = (page, href) => {
    if (!(page in files) || /^[a-z]+:|^#|^\//i.test(href)) return href
    const [target, anchor] = href.split('#')
    const file = path.join(path.dirname(files[page]), decodeURI(target)).replace(/\/$/, '')
    if (!(file in routes)) return href
    return `/${routes[file]}${anchor === undefined ? '' : `#${anchor}`}`
  }
  // Pictures are below `docs`, and are served from the root.
  const picture = (page, source) => '/' + path.join(path.dirname(files[page] ?? `docs/${page}`), source).replace(/^docs\//, '')

  md.core.ruler.push('repository_links', (state) => {
    const page = state.env.relativePath
    if (page === undefined) return
    for (const token of state.tokens) {
      if (token.type === 'html_block') {
        token.content = token.content.replace(PICTURE, (...found) => {
          const { dark, light, attributes, more } = found.at(-1)
          const image = (source, scheme) => `<img class="only-${scheme}" ${attributes}src="${picture(page, source)}"${more}>`
          return image(light, 'light') + image(dark, 'dark')
        })
      }
      for (const child of token.children ?? []) {
        if (child.type === 'link_open') child.attrSet('href', address(page, child.attrGet('href')))
        if (child.type === 'image' && !/^[a-z]+:|^\//i.test(child.attrGet('src'))) child.attrSet('src', picture(page, child.attrGet('src')))
      }
    }
  })
}
