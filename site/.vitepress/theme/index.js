// VitePress's own theme, with the fonts of the system.
import theme from 'vitepress/theme-without-fonts'
import './style.css'
import { switchTabsTogether } from './tabs.js'

export default {
  extends: theme,
  enhanceApp () {
    if (!import.meta.env.SSR) switchTabsTogether()
  }
}
