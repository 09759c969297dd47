// The same for runtimes whose programs listen to an event.

import app from './vectors-app.mjs'

addEventListener('fetch', (event) => event.respondWith(app.fetch(event.request)))
