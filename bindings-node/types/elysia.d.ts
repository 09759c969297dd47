import type { AnyOptions, CorsOptionsDelegate, Settings } from './options.js'

/**
 * The plugin for Elysia: `new Elysia().use(cors(options))`, in the outermost application. Functions among the options get the web's
 * `Request`.
 *
 * @throws {TypeError} for an application with `aot: false`, which would not call the policy; for one that already uses another policy;
 * and for one that is inside another application, now or later, unless the outer application already uses the same plugin
 */
declare function cors (options?: AnyOptions<any> | CorsOptionsDelegate<any>, settings?: Settings): <App>(app: App) => App

export = cors
