// The examples that people can choose, the first of which is shown at the start. Each is a policy and a request that
// show something.

const APP = 'https://app.example.com'
const API = 'https://api.example.com'

const get = (path, more = {}) => ({ url: `${API}${path}`, method: 'GET', headers: [], ...more })

export const EXAMPLES = [
  {
    id: 'put-with-session',
    title: 'A PUT with the user’s session',
    policy: `# cors.toml
allow_origins = ["https://app.example.com"]
allow_methods = ["PUT", "DELETE"]
allow_headers = ["X-Request-Id"]
allow_credentials = true
max_age = 3600
`,
    exchange: {
      page: APP,
      request: { url: `${API}/items/7`, method: 'PUT', credentials: 'include', headers: [['X-Request-Id', '7']], body: { type: 'application/json' } }
    }
  },
  {
    id: 'wrong-port',
    title: 'Blocked: the port of the page differs',
    policy: `# cors.toml
allow_origins = ["http://localhost:3000"]
allow_methods = ["PUT"]
`,
    exchange: { page: 'http://localhost:5173', request: get('/items') }
  },
  {
    id: 'mistakes',
    title: 'A policy with mistakes, and their fixes',
    policy: `# cors.toml
allow_origins = ["https://app.example.com/", "https://*.example.org"]
allow_methods = ["put", "DELETE"]
alow_headers = ["X-Id"]
allow_credentials = true
`,
    exchange: { page: APP, request: get('/items', { method: 'PUT', headers: [['X-Id', '7']] }) }
  },
  {
    id: 'star-with-credentials',
    title: 'Any origin, but with cookies',
    policy: `# cors.toml
allow_origins = ["*"]
`,
    exchange: { page: APP, request: get('/me', { credentials: 'include' }) }
  },
  {
    id: 'hidden-header',
    title: 'A response header that the script cannot read',
    policy: `# cors.toml
allow_origins = ["https://app.example.com"]
`,
    exchange: {
      page: APP,
      request: get('/items?page=2'),
      response: { status: 200, headers: [['Content-Type', 'application/json'], ['X-Total-Count', '132']] }
    }
  },
  {
    id: 'routes',
    title: 'Routes: everyone may read /public',
    policy: `# cors.toml
allow_origins = ["https://app.example.com"]
allow_methods = ["PUT"]
allow_credentials = true

[protection]
writes = "reject"

[[routes]]
path = "/public/{*rest}"
allow_origins = ["*"]
allow_methods = ["GET"]
allow_credentials = false
`,
    exchange: { page: 'https://someone-else.example', request: get('/public/prices') }
  },
  {
    id: 'foreign-form',
    title: 'Protection: a form on a foreign page',
    policy: `# cors.toml
allow_origins = ["https://app.example.com"]
allow_methods = ["PUT"]
allow_credentials = true

[protection]
writes = "reject"
websockets = "reject"
`,
    exchange: {
      page: 'https://evil.example',
      request: { url: `${API}/transfer`, method: 'POST', initiator: 'form', headers: [], body: 'urlencoded' }
    }
  },
  {
    id: 'application-error',
    title: 'An error of the application, still readable',
    policy: `# cors.toml
allow_origins = ["https://*.example.com"]
expose_headers = ["Retry-After"]
`,
    exchange: { page: APP, request: get('/reports/7'), response: { status: 503, headers: [['Retry-After', '30']] } }
  }
]
