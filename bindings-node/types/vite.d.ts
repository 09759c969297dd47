import type { AnyOptions, CorsOptionsDelegate, Settings, Url } from './options.js'

/**
 * The plugin for Vite: its dev server and its preview server respond under the policy. Give it the path of a policy file, which is read
 * from Vite's root and read again when it changes, or anything that `cors()` takes. Vite's own `server.cors` is switched off.
 *
 * @throws {ConfigError} when Vite starts, if the policy is refused
 */
declare function corsac (policy: string | Url | AnyOptions<any> | CorsOptionsDelegate<any>, settings?: Settings): corsac.VitePlugin

declare namespace corsac {
  /** The members of Vite's `Plugin` that this plugin has. */
  interface VitePlugin {
    name: 'corsac'
    apply: 'serve'
    enforce: 'pre'
    config (config?: any): { server: { cors: false }, preview: { cors: false } }
    configResolved (config: any): void
    configureServer (server: any): void
    configurePreviewServer (server: any): void
  }
}

export = corsac
