import type { AskingOptions, CorsOptions, CorsOptionsDelegate, Settings } from './options.js'
import type { Policy } from './policy.js'
import type { Reloadable } from './reloadable.js'

/**
 * The plugin for Fastify: `fastify.register(cors, options)`. It applies to the context in which it is registered, and to
 * all contexts inside it. Functions among the options get Fastify's request.
 */
declare function plugin (fastify: any, options: plugin.FastifyCorsOptions, done: (error?: Error) => void): void

declare namespace plugin {
  type FastifyCorsOptions = (CorsOptions | AskingOptions<any> | { policy: Policy | Reloadable | CorsOptionsDelegate<any> }) & Settings & {
    /** The hook in which requests are decided. Default `onRequest`. */
    hook?: 'onRequest' | 'preParsing' | 'preValidation' | 'preHandler'
  }
}

export = plugin
