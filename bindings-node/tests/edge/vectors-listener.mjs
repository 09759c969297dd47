// Responds with the results of all vectors, in runtimes whose programs listen to `fetch` events.

import app from './vectors-app.mjs'

addEventListener('fetch', (event) => event.respondWith(app.fetch(event.request)))
