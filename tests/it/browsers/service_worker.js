// The service worker of alice's desktop. The query of its address selects its kind: one of the ways in
// which real applications answer navigations.
const kind = new URL(location).searchParams.get('kind')

async function cacheFirst (request) {
  const stored = await caches.match(request)
  if (stored) return stored
  const response = await fetch(request)
  if (request.method === 'GET') {
    const copy = response.clone()
    const cache = await caches.open('all')
    await cache.put(request, copy).catch(() => {})
  }
  return response
}

const answers = {
  'passes on': ({ request }) => fetch(request),
  'copies by options': ({ request }) => fetch(request, { cache: 'no-store' }),
  'copies by Request': ({ request }) => fetch(new Request(request, { cache: 'no-store' })),
  'preloads': async ({ request, preloadResponse }) => await preloadResponse ?? fetch(request),
  'cache first': ({ request }) => cacheFirst(request),
  'passes on GET': ({ request }) => request.method === 'GET' ? fetch(request) : undefined
}

addEventListener('install', () => skipWaiting())
addEventListener('activate', event => event.waitUntil((async () => {
  if (kind === 'preloads') await registration.navigationPreload?.enable()
  await clients.claim()
})()))
addEventListener('fetch', event => {
  const answer = answers[kind](event)
  if (answer) event.respondWith(answer)
})
