// Drives one real browser for the tests: a JSON command a line on standard input, a JSON answer a
// line on standard output, in the order in which they finish.
//
//   node driver.mjs MODULES chromium|firefox PROGRAM [ARGUMENT…]
//
// The end of standard input is the end of the browser, so that it outlives no test, however that
// ends. MODULES is the folder of puppeteer-core, which lies in no folder above this file.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

const [modules, engine, executablePath, ...args] = process.argv.slice(2)
const entry = createRequire(`${modules}/node_modules/`).resolve('puppeteer-core')
const { default: puppeteer } = await import(pathToFileURL(entry))

// Nothing here changes what a page can do: no second process for each page that might be opened next,
// and no graphics card to look for.
const CHROMIUM = ['--disable-features=SpareRendererForSitePerProcess', '--disable-gpu']
// So that its colours can be set.
const FIREFOX = ['--remote-allow-system-access']

const browser = await puppeteer.launch({
  browser: engine === 'firefox' ? 'firefox' : 'chrome',
  executablePath,
  args: [...args, ...(engine === 'firefox' ? FIREFOX : CHROMIUM)],
  defaultViewport: { width: 800, height: 600 },
  // As above: no process that waits to be used.
  extraPrefsFirefox: { 'dom.ipc.processPrelaunch.enabled': false },
  headless: true,
  acceptInsecureCerts: true,
  // Over a pipe Chromium ends with this process, even with one that was killed.
  pipe: engine !== 'firefox',
  protocolTimeout: 120_000,
  // What a slow machine needs to start a browser beside everything else.
  timeout: 120_000
})

const contexts = new Map()
const pages = new Map()
let last = 0
// Firefox loses a tab that it opens while another one opens or closes.
let turn = Promise.resolve()
function inTurn (work) {
  const result = turn.then(work)
  turn = result.catch(() => {})
  return result
}
function keep (kind, thing) {
  kind.set(++last, thing)
  return last
}

// A page whose answer is a refusal has loaded; one whose answer never comes has not.
const until = { waitUntil: 'domcontentloaded' }
const pause = () => new Promise(resolve => setTimeout(resolve, 20))

// Rejects when `work` has not settled after that many milliseconds. A browser that replaces a
// document can lose the reply of a script that ran in it; the promise then never settles.
function bounded (work, milliseconds) {
  let timer
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no reply within ${milliseconds} ms`)), milliseconds)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
// How long to wait for one reply before asking again. It doubles, because a slow machine needs more.
function * waits () {
  for (let wait = 2_000; ; wait = Math.min(2 * wait, 30_000)) yield wait
}
// The value of an expression that changes nothing, from a page that may be replaced meanwhile.
async function read (page, expression) {
  for (const wait of waits()) {
    const end = Date.now() + wait
    try {
      return await bounded(page.evaluate(expression), wait)
    } catch (error) {
      // An error that comes at once is an answer: the page is closed, or the expression is wrong.
      if (Date.now() < end && !/context|navigat|destroyed|discarded/i.test(error.message)) throw error
      await pause()
    }
  }
}
// Firefox does not report a page that it restores from its memory, so the page itself is asked.
const visited = async (page, answer) =>
  ({ url: await read(page, 'location.href'), status: answer ? answer.status() : null })

async function prefer (page, dark) {
  if (engine !== 'firefox') {
    const value = dark ? 'dark' : 'light'
    return page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }])
  }
  // Its protocol has no word for it; its own windows have.
  const { result } = await browser.connection.send('browsingContext.getTree', { 'moz:scope': 'chrome' })
  const preference = `'layout.css.prefers-color-scheme.content-override', ${dark ? 0 : 1}`
  await browser.connection.send('script.evaluate', {
    expression: `Services.prefs.setIntPref(${preference})`,
    target: { context: result.contexts[0].context },
    awaitPromise: false
  })
  while (await page.evaluate('matchMedia("(prefers-color-scheme: dark)").matches') !== dark) {
    await pause()
  }
}

const commands = {
  version: () => browser.version(),
  async context () {
    return keep(contexts, await browser.createBrowserContext())
  },
  async page ({ context }) {
    const page = await inTurn(() => contexts.get(context).newPage())
    // A dialog would stop the page, and the test with it.
    page.on('dialog', dialog => dialog.dismiss().catch(() => {}))
    return keep(pages, page)
  },
  async cookies ({ context, url }) {
    const host = new URL(url).hostname
    const all = await contexts.get(context).cookies()
    return all.filter(({ domain }) => domain.startsWith('.')
      ? host === domain.slice(1) || host.endsWith(domain)
      : host === domain)
  },
  goto: async ({ page, url, timeout }) => visited(page, await page.goto(url, { ...until, timeout })),
  // Navigates as a script of the page would: that replaces a navigation that is still under way,
  // where a navigation from outside may wait for the wrong one. A page that is being replaced can
  // lose the order, so it is given again, unless the page has arrived.
  async wander ({ page, url }) {
    for (const wait of waits()) {
      const end = Date.now() + wait
      const [href] = await bounded(page.evaluate('[location.href]'), wait).catch(() => [])
      if (href !== url) {
        await bounded(page.evaluate(`void (location.href = ${JSON.stringify(url)})`), wait).catch(() => {})
      }
      const there = `location.href === ${JSON.stringify(url)} && document.readyState === 'complete'`
      while (Date.now() < end) {
        if (await bounded(page.evaluate(there), wait).catch(() => false)) return
        await pause()
      }
    }
  },
  // A page that is restored from the browser's memory loads nothing that could be waited for.
  async back ({ page }) {
    await bounded(page.evaluate('void (window.departed = true, history.back())'), 10_000).catch(() => {})
    const arrived = 'window.departed !== true && document.readyState !== "loading"'
    while (!await read(page, arrived).catch(() => false)) await pause()
    return visited(page)
  },
  // An expression counts as done by the user, where a function's source would have to be parsed.
  evaluate: ({ page, script, args }) =>
    page.evaluate(`(${script})(...${JSON.stringify(args)})`).then(value => value ?? null),
  async click ({ page, selector }) {
    // A tab that lies behind another draws nothing, and what is not drawn cannot be clicked.
    await page.bringToFront()
    await page.click(selector)
  },
  fill: async ({ page, selector, value }) => {
    await page.$eval(selector, element => { element.value = '' })
    await page.type(selector, value)
  },
  url: ({ page }) => read(page, 'location.href'),
  text: ({ page }) => read(page, 'document.body ? document.body.innerText : ""'),
  async screenshot ({ page, path, dark }) {
    await prefer(page, dark)
    await page.screenshot({ path })
  },
  async manifest ({ page }) {
    if (engine === 'firefox') return
    const session = await page.createCDPSession()
    await session.send('Page.getAppManifest').catch(() => {})
    await session.detach()
  },
  close: ({ page }) => inTurn(() => page.close()),
  async forget ({ context }) {
    await inTurn(() => contexts.get(context).close())
    contexts.delete(context)
  }
}

async function answer ({ id, op, timeout, page, ...rest }) {
  let timer
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${timeout} ms: ${op}`)), timeout)
  })
  try {
    const given = page === undefined ? rest : { ...rest, page: pages.get(page) }
    const result = await Promise.race([commands[op]({ ...given, timeout }), late])
    return { id, ok: result ?? null }
  } catch (error) {
    return { id, error: String(error?.message ?? error) }
  } finally {
    clearTimeout(timer)
  }
}

const say = value => process.stdout.write(JSON.stringify(value) + '\n')
const lines = createInterface({ input: process.stdin })
lines.on('line', line => { answer(JSON.parse(line)).then(say) })
lines.on('close', () => {
  // A browser that does not leave by itself is ended by its process.
  const impatient = setTimeout(() => { browser.process()?.kill('SIGKILL'); process.exit(1) }, 5_000)
  browser.close().catch(() => browser.process()?.kill('SIGKILL')).finally(() => {
    clearTimeout(impatient)
    process.exit(0)
  })
})
say({ id: 0, ok: await browser.version() })
