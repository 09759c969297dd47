import cors from './web.js'

export default cors
