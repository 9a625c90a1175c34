// Opens a dashboard in headless Chromium without a network, uses it as a reader
// would, and prints what it saw as JSON: dashboard.pl says whether that is right.
//
//   node dashboard.js PAGE NODE_MODULES FOLDER-FOR-SCREENSHOTS CELL...
'use strict';

const [, , page, modules, folder, ...cells] = process.argv;
const { chromium } = require(`${modules}/playwright-core`);

// What is drawn: the charts by what echarts holds, the tables by their text.
function drawn() {
  const text = (e) => e.textContent.trim();
  const table = (id) => [...document.querySelectorAll(`#${id} tbody tr`)].map((row) => [...row.cells].map(text));
  const series = (id) => echarts.getInstanceByDom(document.getElementById(id)).getOption().series
    .map((s) => ({ id: s.id, name: s.name, connected: s.connectNulls, decal: !!s.itemStyle?.decal, values: s.data.map((d) => d.value), texts: s.data.map((d) => d.text) }));
  const option = (id) => echarts.getInstanceByDom(document.getElementById(id)).getOption();
  return {
    lang: document.documentElement.lang, title: document.title, hash: location.hash, found: text(document.getElementById('found')),
    tiles: [...document.querySelectorAll('#tiles dd')].map(text),
    frameworks: document.getElementById('framework-choice').hidden ? 0 : document.querySelectorAll('#framework option').length,
    ranking: { order: option('ranking').yAxis[0].data, label: document.getElementById('ranking').getAttribute('aria-label'), series: series('ranking'),
      hatched: document.querySelectorAll('#ranking svg path[fill^="url("]').length, labels: [...document.querySelectorAll('#ranking svg text')].map(text) },
    trend: { years: option('trend').xAxis[0].data, series: series('trend') },
    tables: { ranking: table('ranking-table'), one: table('one-table'), trend: table('trend-table') },
    indicators: [...document.querySelectorAll('#heat thead .code')].map(text),
    heat: [...document.querySelectorAll('#heat tbody tr')].map((row) => ({ name: text(row.cells[0]), total: text(row.cells[1]) })),
    cells: [...document.querySelectorAll('#heat [data-cell]')].map((b) => ({ cell: b.dataset.cell, text: text(b), label: b.getAttribute('aria-label'), class: b.className,
      hatched: getComputedStyle(b).backgroundImage.startsWith('repeating-linear-gradient') })),
  };
}

function explanation() {
  const text = (e) => e.textContent.replace(/\s+/g, ' ').trim();
  return {
    open: document.getElementById('why').open, focus: document.activeElement.id, of: text(document.getElementById('why-of')), title: text(document.getElementById('why-title')), points: text(document.getElementById('why-points')),
    items: [...document.querySelectorAll('#why article')].map((a) => ({ title: text(a.querySelector('h3')), points: text(a.querySelector('.points')), state: text(a.querySelector('.state')), says: [...a.querySelectorAll('dd')].map(text) })),
  };
}

// Chinese that isn't marked as such: in an English page, what was not translated.
// Labels that only assistive technology reads hold names of departments.
function untranslated(names) {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    if (/\p{Script=Han}/u.test(node.data) && !node.parentElement.closest('[lang=zh], script, style, svg')) found.push(node.data);
  }
  for (const e of document.querySelectorAll('[aria-label], [placeholder]')) {
    let label = `${e.getAttribute('aria-label') ?? ''}${e.getAttribute('placeholder') ?? ''}`;
    for (const name of names) label = label.replace(name, '');
    if (/\p{Script=Han}/u.test(label)) found.push(label);
  }
  for (const e of document.querySelectorAll('svg text')) {
    if (/\p{Script=Han}/u.test(e.textContent) && !names.some((name) => name.startsWith(e.textContent.replace(/…$/, '')))) found.push(e.textContent);
  }
  return found;
}

// Text whose contrast with what is behind it is below WCAG's AA.
function faint() {
  const light = (c) => {
    const [r, g, b] = c.map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const colour = (text) => (text.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const e = node.parentElement;
    if (!node.data.trim() || e.closest('script, style, svg') || !e.checkVisibility()) continue;
    let back = e;
    while (back && (colour(getComputedStyle(back).backgroundColor)[3] ?? 1) === 0) back = back.parentElement;
    const style = getComputedStyle(e);
    const [a, b] = [light(colour(style.color)), light(back ? colour(getComputedStyle(back).backgroundColor) : [255, 255, 255])].sort((x, y) => y - x);
    const least = parseFloat(style.fontSize) >= 24 ? 3 : 4.5;
    if ((a + 0.05) / (b + 0.05) < least) found.push(`${e.className || e.tagName}: ${node.data.trim().slice(0, 30)} ${((a + 0.05) / (b + 0.05)).toFixed(2)}`);
  }
  return [...new Set(found)];
}

// Roles that a reader acts on, without a name.
function nameless(node, found = []) {
  if (['button', 'combobox', 'searchbox', 'textbox', 'region', 'grid', 'img', 'dialog'].includes(node.role) && !node.name) found.push(node.role);
  for (const child of node.children ?? []) nameless(child, found);
  return found;
}

const seen = { requests: [], console: [], explanations: {}, screenshots: {} };

async function open(browser, width, height, address) {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' });
  await context.setOffline(true);
  const tab = await context.newPage();
  tab.on('request', (r) => { if (r.url().split('#')[0] !== `file://${page}` && !r.url().startsWith('data:')) seen.requests.push(r.url()); });
  tab.on('console', (m) => { if (m.type() !== 'log') seen.console.push(m.text()); });
  tab.on('pageerror', (e) => seen.console.push(e.message));
  await tab.goto(`file://${page}#${address}`);
  return tab;
}

async function shot(tab, name, whole) {
  await tab.screenshot({ path: `${folder}/${name}.png`, fullPage: whole });
  seen.screenshots[name] = await tab.evaluate(() => document.documentElement.scrollWidth);
}

(async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });

  const tab = await open(browser, 1400, 900, 'lang=zh');
  seen.zh = await tab.evaluate(drawn);
  seen.nameless = nameless(await tab.accessibility.snapshot({ interestingOnly: false }));
  seen.faint = await tab.evaluate(faint);
  await shot(tab, 'zh-1400', true);

  // The keyboard alone: Tab to the grid, arrows to the second indicator of the second department, Enter.
  const reached = [];
  for (let i = 0; i < 40 && reached.at(-1) !== 'heat'; i++) {
    await tab.keyboard.press('Tab');
    reached.push(await tab.evaluate(() => (document.activeElement.closest('#heat') ? 'heat' : document.activeElement.id || document.activeElement.dataset.lang || document.activeElement.tagName)));
    seen.focus_shown = (seen.focus_shown ?? true) && await tab.evaluate(() => getComputedStyle(document.activeElement).outlineStyle !== 'none');
  }
  seen.reached = reached;
  for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'ArrowDown']) await tab.keyboard.press(key);
  const at = () => tab.evaluate(() => document.activeElement.dataset.cell);
  seen.keyboard = { cell: await at(), tip: await tab.evaluate(() => document.getElementById('tip').textContent) };
  await tab.keyboard.press('Enter');
  seen.keyboard.explanation = await tab.evaluate(explanation);
  seen.keyboard.hash = await tab.evaluate(() => location.hash);
  await tab.keyboard.press('Escape');
  // a dialog tells that it was closed a moment later
  await tab.waitForFunction(() => document.activeElement.dataset.cell, null, { timeout: 10000 }).catch(() => {});
  seen.keyboard.closed = await tab.evaluate(() => !document.getElementById('why').open);
  seen.keyboard.back = await at();

  // The filter, by code.
  await tab.focus('#filter');
  await tab.keyboard.type('10');
  seen.filter = await tab.evaluate(drawn);
  seen.filter.live = await tab.evaluate(() => document.getElementById('found').getAttribute('aria-live'));
  await tab.keyboard.type('zz');
  seen.nothing = await tab.evaluate(drawn);
  await tab.fill('#filter', '');

  // A department by a click on its bar.  The chart has got its size and its bars
  // again when it was drawn, which a busy machine does later: until then a click
  // meets another bar or none.
  for (let clicks = 0; clicks < 20 && !(seen.bar && seen.bar.chosen === String(seen.bar.dept)); clicks++) {
    seen.bar = await tab.evaluate(async () => {
      scrollTo(0, 0);
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
      const chart = echarts.getInstanceByDom(document.getElementById('ranking'));
      const [x, y] = chart.convertToPixel({ seriesIndex: 0 }, [30, 4]);
      const box = document.getElementById('ranking').getBoundingClientRect();
      return { x: box.x + x, y: box.y + y, dept: chart.getOption().yAxis[0].data[4] };
    });
    await tab.mouse.click(seen.bar.x, seen.bar.y);
    seen.bar.chosen = await tab.evaluate(() => new URLSearchParams(location.hash.slice(1)).get('dept'));
  }

  // The other framework, another year, and the other language.
  await tab.selectOption('#framework', 'sz-2021-records');
  seen.records = await tab.evaluate(drawn);
  await tab.selectOption('#year', '2019');
  seen.before = await tab.evaluate(drawn);
  await tab.selectOption('#year', '2021');
  await tab.selectOption('#framework', 'sz-2021');
  await tab.click('[data-lang=en]');
  seen.en = await tab.evaluate(drawn);
  const names = await tab.evaluate(() => data.departments.map((d) => d.name));
  seen.untranslated = await tab.evaluate(untranslated, names);
  for (const lang of ['en', 'zh']) {
    await tab.click(`[data-lang=${lang}]`);
    for (const cell of cells) {
      await tab.click(`#heat [data-cell="${cell}"]`);
      seen.explanations[`${lang} ${cell}`] = await tab.evaluate(explanation);
      if (lang === 'en') seen.untranslated.push(...await tab.evaluate(untranslated, names));
      await tab.click('#why-close');
    }
  }

  for (const [name, width, height, address] of [['en-1400', 1400, 900, 'lang=en'], ['zh-390', 390, 844, 'lang=zh'], ['en-390', 390, 844, 'lang=en'],
    ['why-1400', 1400, 900, `lang=zh&dept=${cells[0].replace(' ', '&cell=')}`], ['why-390', 390, 844, `lang=en&dept=${cells[0].replace(' ', '&cell=')}`]]) {
    const other = await open(browser, width, height, address);
    await shot(other, name, !name.startsWith('why'));
    if (name === 'why-1400') seen.linked = await other.evaluate(explanation);
    if (name === 'zh-390') {         // wide tables scroll by themselves
      seen.scrolls = await other.evaluate(() => [...document.querySelectorAll('.scroll')].filter((e) => e.scrollWidth > e.clientWidth).map((e) => [e.firstElementChild.id, e.tabIndex, getComputedStyle(e).overflowX]));
    }
    await other.context().close();
  }

  // Last, for it leaves its mark in the console: what the policy says to an address outside.
  const [asked, said] = [[...seen.requests], [...seen.console]];
  seen.refused = await tab.evaluate(() => new Promise((done) => {
    document.addEventListener('securitypolicyviolation', (e) => done(e.effectiveDirective));
    setTimeout(() => done('nothing'), 2000);
    new Image().src = 'https://example.org/a.png';
  }));
  Object.assign(seen, { requests: asked, console: said });
  await browser.close();
  console.log(JSON.stringify(seen));
})().catch((e) => { console.error(e); process.exit(1); });
