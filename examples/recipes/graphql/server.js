// A GraphQL API that a front end uses with cookies, and Apollo Studio without.
import { createServer } from 'node:http'
import { Policy, cors } from 'corsac'
import { createSchema, createYoga } from 'graphql-yoga'

const policy = new Policy({
  allowOrigins: ['https://app.example.com', 'https://studio.apollographql.com'],
  allowHeaders: ['Authorization', 'X-Apollo-Operation-Name', 'Apollo-Require-Preflight'],
  allowCredentials: true,
  maxAge: 3600,
  protection: { writes: 'reject' }
})

const yoga = createYoga({
  cors: false,
  logging: 'error',
  schema: createSchema({
    typeDefs: 'type Query { tea: String! } type Mutation { brew(leaf: String!): String! }',
    resolvers: { Query: { tea: () => 'oolong' }, Mutation: { brew: (_, { leaf }) => `a cup of ${leaf}` } }
  })
})

const handle = cors(policy)
createServer((request, response) => {
  handle(request, response, (error) => error ? response.writeHead(500).end() : yoga(request, response))
}).listen(4000, '127.0.0.1')
