// All ways in which a page can send a request to another host. Each function takes an address on that
// host and returns the result; a result that begins with READ means that the page read a response.
//
// The attacking page is on bob's host, on another site, or on alice's own host.
const secret = 'desktop-of-alice'
const encode = encodeURIComponent
const via = (status, url) => `/redirect/${status}?to=${encode(url)}`
// From alice's page to bob's host and back.
const detour = (status, url) => location.origin.replace('//alice', '//bob') + via(status, url)
const found = text => (String(text).includes(secret) ? `READ ${text}` : `got ${String(text).slice(0, 60)}`)
const later = ms => new Promise(resolve => setTimeout(resolve, ms))
const show = element => document.body.append(element)

const make = (name, properties) => Object.assign(document.createElement(name), properties)
const loads = element => new Promise(resolve => {
  element.onload = element.onloadeddata = () => resolve('loaded')
  element.onerror = () => resolve('error')
  show(element)
})
const listens = (target, send) => new Promise(resolve => {
  target.onmessage = event => { if (!event.data?.hey) resolve(found(event.data)) }
  target.onerror = () => resolve('error')
  send?.()
})

async function fetches (url, options) {
  try {
    const answer = await fetch(url, { credentials: 'include', ...options })
    return answer.type === 'opaque' ? 'opaque' : found(`${answer.status} ${await answer.text()}`)
  } catch (error) {
    return `error ${error.message}`
  }
}

const knocks = url => new Promise(resolve => {
  const socket = new WebSocket(url.replace('https:', 'wss:'))
  socket.onopen = () => socket.send('knock')
  socket.onmessage = event => resolve(`READ ${event.data}`)
  socket.onerror = () => resolve('error')
})

// The document of a frame, if this page may read it.
const inside = frame => {
  try { return found(frame.contentDocument?.body.innerText ?? 'nothing') } catch (error) { return `closed ${error.name}` }
}

let frames = 0
async function framed (properties, element = 'iframe') {
  const frame = make(element, properties)
  return `${await loads(frame)}, ${inside(frame)}`
}

function posts (url, { method = 'post', target = '_self', ...rest } = {}) {
  const form = make('form', { method, action: url, target, ...rest })
  form.append(make('input', { name: 'knock', value: '1' }))
  show(form)
  form.submit()
}
async function postsInto (url, options) {
  const frame = make('iframe', { name: `frame${++frames}` })
  await loads(frame)
  const loaded = new Promise(resolve => { frame.onload = () => resolve('loaded') })
  posts(url, { target: frame.name, ...options })
  return `${await loaded}, ${inside(frame)}`
}

// Runs `script` in a separate document and returns its result.
const inFrame = (script, properties) => new Promise(resolve => {
  const channel = `channel${++frames}`
  addEventListener('message', event => { if (event.data?.channel === channel) resolve(event.data.text) })
  const text = `<body><script>const secret = '${secret}';
    const found = ${found}; const fetches = ${fetches}; const knocks = ${knocks}
    const tell = text => parent.postMessage({ channel: '${channel}', text }, '*')
    Promise.resolve((${script})()).then(tell, tell)</script>`
  show(make('iframe', properties(text)))
})
const sandboxed = text => ({ sandbox: 'allow-scripts allow-forms', srcdoc: text })
const submitting = url => `<body><form method=post action='${url}'></form><script>document.forms[0].submit()</script>`
const calling = (what, url, options) => `() => ${what}(${JSON.stringify(url)}, ${JSON.stringify(options)})`

async function registers (url) {
  try { await navigator.serviceWorker.register(url); return 'READ registered' } catch (error) { return `error ${error.name}` }
}
async function throughWorker (url, options) {
  await navigator.serviceWorker.register('/worker.js')
  await navigator.serviceWorker.ready
  while (!navigator.serviceWorker.controller) await later(20)
  return fetches(url, options)
}
const hints = (rel, url, properties) => Promise.race([loads(make('link', { rel, href: url, ...properties })), later(1500)])

async function opens (url) {
  const other = open(url)
  if (!other) return 'blocked'
  // Until it has navigated, the window shows an empty document of this page's own origin.
  const isEmpty = () => { try { return other.location.href === 'about:blank' } catch { return false } }
  while (isEmpty()) await later(20)
  // The opener of a window may always send messages to it; alice's desktop answers none.
  other.postMessage({ hey: 1 }, '*')
  const tries = [() => other.location.href, () => other.document.body.innerText]
  const results = tries.map(read => { try { return `READ ${read()}` } catch (error) { return `closed ${error.name}` } })
  other.close()
  return results.join(', ')
}

// Attacks that leave their page open: they run simultaneously from one page.
const attacks = {
  'WebSocket': knocks,
  'WebSocket from a sandboxed frame': url => inFrame(calling('knocks', url), sandboxed),
  'WebSocket from a frame without an address': url => inFrame(calling('knocks', url), srcdoc => ({ srcdoc })),
  'WebSocket from a frame at a data: address': url =>
    inFrame(calling('knocks', url), text => ({ src: `data:text/html,${encode(text)}` })),
  'WebSocket from a frame without a referrer': url =>
    inFrame(calling('knocks', url), text => ({ srcdoc: `<meta name=referrer content=no-referrer>${text}` })),
  'fetch, no-cors': url => fetches(url, { mode: 'no-cors' }),
  'fetch, no-cors HEAD': url => fetches(url, { mode: 'no-cors', method: 'HEAD' }),
  'fetch, no-cors POST': url => fetches(url, { mode: 'no-cors', method: 'POST', body: 'knock=1' }),
  'fetch, no-cors POST without a referrer': url =>
    fetches(url, { mode: 'no-cors', method: 'POST', body: 'knock=1', referrerPolicy: 'no-referrer' }),
  'fetch': url => fetches(url),
  'fetch POST': url => fetches(url, { method: 'POST', body: 'knock=1' }),
  'fetch with a header of its own': url => fetches(url, { headers: { 'x-knock': '1' } }),
  'fetch PUT': url => fetches(url, { method: 'PUT', body: 'knock=1' }),
  'fetch from a sandboxed frame': url => inFrame(calling('fetches', url), sandboxed),
  'fetch, no-cors POST from a sandboxed frame': url =>
    inFrame(calling('fetches', url, { mode: 'no-cors', method: 'POST', body: '1' }), sandboxed),
  'fetch, redirected there by 302': url => fetches(via(302, url)),
  'fetch, no-cors, redirected there by 302': url => fetches(via(302, url), { mode: 'no-cors' }),
  'fetch POST, redirected there by 307': url => fetches(via(307, url), { method: 'POST', body: 'knock=1' }),
  'fetch, no-cors, through a service worker': url => throughWorker(url, { mode: 'no-cors' }),
  'XMLHttpRequest': url => new Promise(resolve => {
    const request = Object.assign(new XMLHttpRequest(), { withCredentials: true })
    request.onload = () => resolve(found(`${request.status} ${request.responseText}`))
    request.onerror = () => resolve('error')
    request.open('GET', url)
    request.send()
  }),
  'sendBeacon': url => `sent ${navigator.sendBeacon(url, 'knock=1')}`,
  'ping of a link': async url => {
    const link = make('a', { href: '#pinged', ping: url })
    show(link)
    link.click()
  },
  'CSP report': url => framed({ src: `/reporting?to=${encode(url)}` }),
  'form POST into a frame': url => postsInto(url),
  'form POST from a frame without a referrer': async url => {
    const text = `<meta name=referrer content=no-referrer>${submitting(url)}`
    show(make('iframe', { srcdoc: text }))
  },
  'form POST into a frame, redirected there by 307': url => postsInto(via(307, url)),
  'form POST from a sandboxed frame': async url => {
    show(make('iframe', sandboxed(submitting(url))))
  },
  'form GET into a frame': url => postsInto(url, { method: 'get' }),
  'iframe': url => framed({ src: url }),
  'iframe, redirected there by 302': url => framed({ src: via(302, url) }),
  'iframe that refreshes to there': url =>
    framed({ srcdoc: `<meta http-equiv=refresh content="0;url=${url}">` }).then(text => later(500).then(() => text)),
  'object': url => Promise.race([framed({ data: url, type: 'text/html' }, 'object'), later(1500)]),
  'embed': url => Promise.race([framed({ src: url, type: 'text/html' }, 'embed'), later(1500)]),
  'img': async url => (await loads(make('img', { src: url })) === 'loaded' ? 'READ its size' : 'error'),
  'img, redirected there by 302': async url =>
    (await loads(make('img', { src: via(302, url) })) === 'loaded' ? 'READ its size' : 'error'),
  'script': async url => { await loads(make('script', { src: url })); return found(globalThis.secret) },
  'module': url => import(url).then(() => 'READ imported', error => `error ${error.name}`),
  'style sheet': async url => {
    await loads(make('link', { rel: 'stylesheet', href: url }))
    return found(getComputedStyle(document.body).getPropertyValue('--secret'))
  },
  'font': url => new FontFace('x', `url(${url})`).load().then(() => 'READ loaded', error => `error ${error.name}`),
  'video': url => Promise.race([loads(make('video', { src: url, preload: 'auto' })), later(1500)]),
  'icon': async url => { document.head.append(make('link', { rel: 'icon', href: url })) },
  'EventSource': url => {
    const source = new EventSource(url, { withCredentials: true })
    return listens(source).finally(() => source.close())
  },
  'Worker': url => {
    try { return listens(new Worker(url)) } catch (error) { return `error ${error.name}` }
  },
  'Worker that imports': url => {
    const text = `try { importScripts(${JSON.stringify(url)}); postMessage(secret) } catch (e) { postMessage(e.name) }`
    return listens(new Worker(URL.createObjectURL(new Blob([text]))))
  },
  'Worker, redirected there by 302': url => listens(new Worker(via(302, url))),
  'SharedWorker': url => {
    try { return listens(new SharedWorker(url)) } catch (error) { return `error ${error.name}` }
  },
  'service worker': registers,
  'service worker, redirected there by 302': url => registers(via(302, url)),
  'fetch, by way of bob': url => fetches(detour(302, url)),
  'fetch, no-cors, by way of bob': url => fetches(detour(302, url), { mode: 'no-cors' }),
  'fetch POST, by way of bob': url => fetches(detour(307, url), { method: 'POST', body: 'knock=1' }),
  'img, by way of bob': async url =>
    (await loads(make('img', { src: detour(302, url) })) === 'loaded' ? 'READ its size' : 'error'),
  'iframe, by way of bob': url => framed({ src: detour(302, url) }),
  'form POST into a frame, by way of bob': url => postsInto(detour(307, url)),
  'prefetch of a link': url => hints('prefetch', url),
  'preload': url => hints('preload', url, { as: 'script' }),
  'prerender of a link': url => hints('prerender', url)
}

// Attacks that run one after the other: each navigates its page, needs a click, or opens another page.
const departures = {
  'link': url => show(make('a', { id: 'link', href: url, textContent: 'a link' })),
  'link that downloads': url => {
    const link = make('a', { href: url, download: 'x' })
    show(link)
    link.click()
  },
  'link in a new window out of a sandboxed frame': async url => {
    const srcdoc = `<a href='${url}' target=_blank>x</a><script>document.links[0].click()</script>`
    await loads(make('iframe', { sandbox: 'allow-scripts allow-popups', srcdoc }))
    await later(500)
  },
  'address, set by a script': url => { location = url },
  'address, redirected there by 302': url => { location = via(302, url) },
  'form GET': url => posts(url, { method: 'get' }),
  'form POST': url => posts(url),
  'form POST, without a referrer': url => {
    document.head.append(make('meta', { name: 'referrer', content: 'no-referrer' }))
    posts(url)
  },
  'form POST, redirected there by 302': url => posts(via(302, url)),
  'form POST, redirected there by 307': url => posts(via(307, url)),
  'form POST, redirected there by 308': url => posts(via(308, url)),
  'window.open': opens,
  'speculation rules': async url => {
    if (!HTMLScriptElement.supports('speculationrules')) return 'unknown'
    const list = [{ source: 'list', urls: [url], eagerness: 'immediate' }]
    show(make('script', { type: 'speculationrules', textContent: JSON.stringify({ prefetch: list, prerender: list }) }))
    await later(1500)
  }
}

// eslint-disable-next-line no-unused-vars
const attack = (all, targets) => Promise.all(targets.map(async ([name, url]) => {
  const late = later(30000).then(() => 'nothing happened')
  try {
    return [name, await Promise.race([all[name](url), late]) ?? 'done']
  } catch (error) {
    return [name, `error ${error.message ?? error}`]
  }
}))
