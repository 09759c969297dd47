import type { AnyOptions, CorsOptionsDelegate, Settings } from './options.js'

/** The middleware for Koa: `app.use(cors(options))`. Functions among the options get the context as their request. */
declare function cors (
  options?: AnyOptions<any> | CorsOptionsDelegate<any>,
  settings?: Settings
): (context: any, next: () => Promise<any>) => Promise<void>

export = cors
