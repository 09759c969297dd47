import cors from './hono.js'

export default cors
