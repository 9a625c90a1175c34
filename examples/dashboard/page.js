// The dashboard.  The data are those of the views, in JSON, with every number as
// the text that the server gave: that is what is shown.  length() alone makes a
// number of one, for the length of a bar, the height of a point, a shade.
'use strict';

const TEXT = {
  zh: {
    title: '部门整体支出绩效评价', skip: '跳到热力图', year: '年度', framework: '指标体系', filter: '筛选', filter_hint: '部门名称或编码', language: '语言',
    ranking: '排名与得分', key_earned: '已得分', key_provisional: '已得分，总分未定', key_open: '未定分（缺少数据）', as_table: '以表格显示', as_table_all: '全部部门，以表格显示',
    trend: '历年总分', key_others: '其他部门', heat: '部门 × 指标得分', heat_hint: '选择单元格查看得分依据；方向键在表内移动，回车打开。', close: '关闭',
    found: (n, all) => `显示 ${n} / ${all} 个部门`, none: '没有符合条件的部门。', no_data: '视图中没有得分。', written: (t) => `数据截至 ${t}，由 deptperf 的视图写出；页面不联网。`,
    departments: '部门', with_total: '有总分', without_total: '总分未定', frozen_count: '已冻结',
    rank: '名次', code: '编码', name: '部门', total: '总分', provisional: '已得分', open: '未定分', open_items: '未定项', grade: '等级', state: '状态', frozen_total: '冻结总分', drift: '冻结后变动', change: '比上年',
    live: '实时', frozen: '已冻结', drifted: (d) => `已冻结，现差 ${d}`, of: (p, m) => `${p} / ${m} 分`,
    full: '满分', step: (s) => `≥ ${s}%`, below: (s) => `< ${s}%`, missing_key: '缺失', marked_key: '改判、免评或否决', judged_key: '评审打分',
    ranking_label: (y, n, k) => `${y} 年 ${n} 个部门的得分条形图，其中 ${k} 个有未定分。下方表格内容相同。`, trend_label: (d) => `${d} 历年总分折线图，没有总分的年度断开。下方表格内容相同。`,
    one: (d) => `${d} 历年得分`, formula: '公式', rule: '规则', value: '比值', branch: '适用档次', arithmetic: '算式', raw_points: '算得', judged_by: '评审人', reason: '理由', sources: '数据来源',
    as_a_whole: '指标整体', nothing: '没有可显示的依据。',
    states: { scored: '按规则计分', judged: '评审打分', compared: '与其他部门比较', overridden: '人工改判', exempt: '免评', not_applicable: '不适用', left_out: '不计入', missing: '缺失', not_compared: '待比较', invalid: '数据无效', vetoed: '一票否决' },
  },
  en: {
    title: 'Performance of departments', skip: 'Skip to the heat map', year: 'Year', framework: 'Framework', filter: 'Filter', filter_hint: 'name or code', language: 'Language',
    ranking: 'Ranking', key_earned: 'earned', key_provisional: 'earned, no total yet', key_open: 'open (data missing)', as_table: 'As a table', as_table_all: 'All departments as a table',
    trend: 'Totals over the years', key_others: 'other departments', heat: 'Departments × indicators', heat_hint: 'Choose a cell to see where its points come from; arrow keys move, Enter opens.', close: 'Close',
    found: (n, all) => `${n} of ${all} departments shown`, none: 'No department matches.', no_data: 'The views have no score.', written: (t) => `As of ${t}, written from the views of deptperf; the page uses no network.`,
    departments: 'Departments', with_total: 'With a total', without_total: 'No total yet', frozen_count: 'Frozen',
    rank: 'Rank', code: 'Code', name: 'Department', total: 'Total', provisional: 'Earned', open: 'Open', open_items: 'Open items', grade: 'Grade', state: 'State', frozen_total: 'Frozen total', drift: 'Since frozen', change: 'Change',
    live: 'live', frozen: 'frozen', drifted: (d) => `frozen, now ${d} off`, of: (p, m) => `${p} of ${m} points`,
    full: 'full points', step: (s) => `≥ ${s}%`, below: (s) => `< ${s}%`, missing_key: 'missing', marked_key: 'overridden, exempt or vetoed', judged_key: 'judged',
    ranking_label: (y, n, k) => `Bars of the points of ${n} departments in ${y}, ${k} of them with open points. The table below has the same.`, trend_label: (d) => `Line of the totals of ${d} over the years, broken where there is none. The table below has the same.`,
    one: (d) => `${d} over the years`, formula: 'Formula', rule: 'Rule', value: 'Value', branch: 'Branch', arithmetic: 'Arithmetic', raw_points: 'Gives', judged_by: 'Judged by', reason: 'Reason', sources: 'Sources',
    as_a_whole: 'the indicator as a whole', nothing: 'There is nothing to show.',
    states: { scored: 'by rule', judged: 'judged', compared: 'compared with others', overridden: 'overridden', exempt: 'exempt', not_applicable: 'not applicable', left_out: 'left out', missing: 'missing', not_compared: 'not compared yet', invalid: 'invalid data', vetoed: 'vetoed' },
  },
};
const STEPS = [90, 75, 50, 25];            // per cent of the points, between the shades
const MARKED = ['overridden', 'exempt', 'vetoed'];

const $ = (id) => document.getElementById(id);
const data = JSON.parse($('data').textContent);
for (const list of ['departments', 'frameworks', 'scores', 'cells', 'explanations']) data[list] ??= [];
const length = (text) => Number(text);
const by = (list, key) => new Map(list.map((row) => [key(row), row]));
const department = by(data.departments, (d) => d.id);
const framework = by(data.frameworks, (f) => f.id);
const score = by(data.scores, (s) => `${s.dept} ${s.year}`);
const cell = by(data.cells.map(([dept, year, indicator, state, points, max]) => ({ dept, year, indicator, state, points, max })), (c) => `${c.dept} ${c.year} ${c.indicator}`);
const years = [...new Set(data.scores.map((s) => s.year))];

// What is chosen; the address keeps it: #lang=en&year=2021&dept=3&cell=B1.1&filter=…
const chosen = { lang: '', year: '', framework: '', filter: '', dept: '', cell: '' };
let t;                                     // the texts of the language

// ---- making elements; text is only ever text ----

function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

// What is written in the data stays in its language: Chinese in an English page says so.
const written = (text) => (chosen.lang === 'en' && /\p{Script=Han}/u.test(text) ? el('span', { lang: 'zh' }, text) : String(text));
const label = (row) => row[chosen.lang];
const gradeOf = (id, grade) => (chosen.lang === 'zh' ? grade : framework.get(id).bands?.find((b) => b.grade === grade)?.en ?? grade);
const drifted = (s) => s.drift != null && length(s.drift) !== 0;
const stateOf = (s) => (s.state !== 'frozen' ? t.live : drifted(s) ? t.drifted(s.drift) : t.frozen);

// ---- what is shown ----

const inYear = () => data.scores.filter((s) => s.year === chosen.year);
const inRanking = () => inYear().filter((s) => s.framework === chosen.framework);
function rows() {
  const asked = chosen.filter.trim().toLowerCase();
  return inRanking().filter(({ dept }) => `${department.get(dept).code} ${department.get(dept).name}`.toLowerCase().includes(asked));
}

function readAddress() {
  const address = new URLSearchParams(location.hash.slice(1));
  for (const key in chosen) chosen[key] = address.get(key) ?? '';
  if (!TEXT[chosen.lang]) chosen.lang = /^zh/i.test(navigator.language) ? 'zh' : 'en';
  if (!years.includes(chosen.year)) chosen.year = years.includes(data.year) ? data.year : years.at(-1) ?? '';
  t = TEXT[chosen.lang];
}

function writeAddress() {
  const address = new URLSearchParams(Object.entries(chosen).filter(([, value]) => value !== ''));
  history.replaceState(null, '', `#${address}`);
}

function choose(change) {
  Object.assign(chosen, change);
  t = TEXT[chosen.lang];
  draw();
}

// ---- the page ----

function draw() {
  const used = [...new Set(inYear().map((s) => s.framework))];
  if (!used.includes(chosen.framework)) {      // that of the most departments
    chosen.framework = used.sort((a, b) => inYear().filter((s) => s.framework === b).length - inYear().filter((s) => s.framework === a).length)[0] ?? '';
  }
  const shown = rows();
  if (!shown.some((s) => s.dept === chosen.dept)) chosen.dept = shown[0]?.dept ?? '';
  writeAddress();
  drawTexts(used.sort());
  drawTiles(shown);
  drawRanking(shown);
  drawTrend(shown);
  drawHeat(shown);
}

function drawTexts(used) {
  document.documentElement.lang = chosen.lang === 'zh' ? 'zh-Hans' : 'en';
  document.title = `${t.title} ${chosen.year}`;
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = t[element.dataset.text];
  for (const element of document.querySelectorAll('[data-label]')) element.setAttribute('aria-label', t[element.dataset.label]);
  for (const element of document.querySelectorAll('[data-placeholder]')) element.placeholder = t[element.dataset.placeholder];
  for (const button of document.querySelectorAll('[data-lang]')) button.setAttribute('aria-pressed', button.dataset.lang === chosen.lang);
  $('about').textContent = chosen.framework && label(framework.get(chosen.framework));
  $('written').textContent = t.written(data.written);
  $('year').replaceChildren(...years.map((y) => el('option', { value: y, selected: y === chosen.year }, y)));
  $('framework').replaceChildren(...used.map((f) => el('option', { value: f, selected: f === chosen.framework }, label(framework.get(f)))));
  $('framework-choice').hidden = used.length < 2;
  if ($('filter').value !== chosen.filter) $('filter').value = chosen.filter;
}

function drawTiles(shown) {
  const found = !data.scores.length ? t.no_data : shown.length ? t.found(shown.length, inRanking().length) : t.none;
  if ($('found').textContent !== found) $('found').textContent = found;     // spoken when it changes
  const bands = framework.get(chosen.framework)?.bands ?? [];
  const tiles = [
    [t.departments, shown.length], [t.with_total, shown.filter((s) => s.total != null).length], [t.without_total, shown.filter((s) => s.total == null).length],
    ...bands.map((b) => [gradeOf(chosen.framework, b.grade), shown.filter((s) => s.grade === b.grade).length]),
    [t.frozen_count, shown.filter((s) => s.state === 'frozen').length],
  ];
  $('tiles').replaceChildren(...tiles.map(([name, count]) => el('div', {}, el('dt', {}, name), el('dd', {}, String(count)))));
}

// A table of texts: columns are [title, of a row, class].
function fillTable(table, columns, list, isChosen = () => false) {
  const caption = table.caption;
  table.replaceChildren(...(caption ? [caption] : []),
    el('thead', {}, el('tr', {}, ...columns.map(([title, , kind]) => el('th', { scope: 'col', className: kind ?? '' }, title)))),
    el('tbody', {}, ...list.map((row) => el('tr', { className: isChosen(row) ? 'chosen' : '' }, ...columns.map(([, of, kind]) => el('td', { className: kind ?? '' }, of(row) ?? '–'))))));
}

function picker(dept, properties = {}) {
  return el('button', { type: 'button', className: 'pick', 'aria-pressed': String(dept === chosen.dept), ...properties, onclick: () => pick(dept) }, written(department.get(dept).name));
}

// Chooses a department, and stays where the reader is.
function pick(dept) {
  const place = document.activeElement.closest('table')?.id;
  choose({ dept });
  const again = place && document.querySelector(`#${place} [aria-pressed=true]`);
  if (again) again.focus({ preventScroll: true });
}

function chart(id, height, option) {
  const element = $(id);
  element.style.height = `${height}px`;
  const drawn = echarts.getInstanceByDom(element) ?? echarts.init(element, null, { renderer: 'svg' });
  drawn.resize({ height, width: element.clientWidth });
  drawn.setOption({ animation: false, textStyle: { fontFamily: getComputedStyle(element).fontFamily }, ...option }, { notMerge: true });
  return drawn;
}

// echarts takes an element for a tooltip, so that nothing is parsed as HTML.
const tooltip = (of) => ({ confine: true, formatter: (p) => el('div', {}, ...of(p).map((line) => el('div', {}, line))) });
const bandLines = (axis, short) => ({
  silent: true, z: 0, symbol: 'none', lineStyle: { color: '#9aa6b2', type: 'dotted', width: 1 },
  label: { color: '#55626f', fontSize: 11, position: axis === 'xAxis' ? 'start' : 'end', distance: 4 },
  data: (framework.get(chosen.framework)?.bands ?? []).filter((b) => length(b.from) > 0).map((b) => ({ [axis]: length(b.from), label: { formatter: short ? b.from : `${gradeOf(chosen.framework, b.grade)} ${b.from}` } })),
});

// Bars: what is earned, and open beside it.  Where a framework leaves out what is
// open, the total is scaled to the full points; its bar is as long as what is
// decided lets it be, so that the open part has its place.
function drawRanking(shown) {
  const of = framework.get(chosen.framework);
  const lengths = (s) => {
    if (!of.leaves_out) return [length(s.provisional), length(s.open)];
    const open = length(of.points) ? length(s.open) / length(of.points) : 0;
    return [length(s.provisional) * (1 - open), length(of.full) * open];
  };
  const narrow = $('ranking').clientWidth < 480;
  const beside = narrow ? 52 : (chosen.lang === 'zh' ? 78 : 122) + (shown.some(drifted) ? 98 : shown.some((s) => s.state === 'frozen') ? 52 : 0);
  const standing = (s) => `${s.grade ? `{grade|${gradeOf(s.framework, s.grade)}}` : ''}${s.state === 'frozen' ? `{state|${t.frozen}${drifted(s) ? ` Δ${s.drift}` : ''}}` : ''}`;
  const drawn = chart('ranking', 24 + 24 * shown.length, {
    grid: { left: narrow ? 128 : 216, right: beside, top: 22, bottom: 2 },
    tooltip: { ...tooltip(({ dataIndex }) => {
      const s = shown[dataIndex];
      return [`${s.rank ?? '–'}  ${department.get(s.dept).name}`, `${t.total} ${s.total ?? '–'}  ${s.grade ? gradeOf(s.framework, s.grade) : ''}`, `${t.provisional} ${s.provisional}`, `${t.open} ${s.open}`, stateOf(s)];
    }), trigger: 'item' },
    xAxis: { type: 'value', min: 0, max: of ? Math.max(length(of.full), ...shown.map((s) => length(s.provisional))) : 100, splitLine: { show: false }, axisLabel: { show: false }, axisLine: { show: false }, axisTick: { show: false } },
    yAxis: [
      { type: 'category', inverse: true, triggerEvent: true, data: shown.map((s) => s.dept), axisLine: { show: false }, axisTick: { show: false },
        axisLabel: { interval: 0, color: '#1c2733', fontSize: 13, width: narrow ? 118 : 204, overflow: 'truncate', margin: 8,
          formatter: (dept, i) => `{rank|${shown[i].rank ?? '–'}}{${dept === chosen.dept ? 'chosen' : 'name'}|${fit(department.get(dept).name, narrow ? 90 : 172)}}`,
          rich: { rank: { width: 24, color: '#55626f', align: 'left', fontSize: 13 }, name: { width: narrow ? 92 : 174, align: 'left', fontSize: 13 }, chosen: { width: narrow ? 92 : 174, align: 'left', fontSize: 13, fontWeight: 'bold', color: '#2f6690' } } } },
      { type: 'category', inverse: true, position: 'right', data: shown.map((s) => s.dept), axisLine: { show: false }, axisTick: { show: false },
        axisLabel: { interval: 0, color: '#1c2733', margin: 8, formatter: (dept, i) => `{total|${shown[i].total ?? '–'}}`, rich: { total: { width: 44, align: 'right', fontSize: 13 } } } },
      { type: 'category', inverse: true, position: 'right', offset: 60, show: !narrow, data: shown.map((s) => s.dept), axisLine: { show: false }, axisTick: { show: false },
        axisLabel: { interval: 0, color: '#1c2733', margin: 0, formatter: (dept, i) => standing(shown[i]),
          rich: { grade: { width: chosen.lang === 'zh' ? 22 : 64, align: 'left', fontSize: 13 }, state: { align: 'left', fontSize: 12, color: '#55626f' } } } },
    ],
    series: [
      { name: 'earned', type: 'bar', stack: 'points', barWidth: 13, cursor: 'pointer', markLine: bandLines('xAxis', narrow || chosen.lang === 'en'),
        data: shown.map((s) => ({ value: lengths(s)[0], text: s.provisional, itemStyle: { color: s.total == null ? '#8fb3cf' : s.dept === chosen.dept ? '#16324f' : '#2f6690' } })) },
      { name: 'open', type: 'bar', stack: 'points', barWidth: 13, cursor: 'pointer',
        data: shown.map((s) => ({ value: lengths(s)[1] || null, text: s.open })),
        itemStyle: { color: '#ffffff', borderColor: '#8b97a3', borderWidth: 1, decal: { symbol: 'rect', symbolSize: 1, rotation: Math.PI / 4, color: '#8b97a3', dashArrayX: [1, 0], dashArrayY: [1.5, 4] } } },
    ],
  });
  drawn.off('click');
  drawn.on('click', (p) => pick(p.componentType === 'yAxis' ? p.value : shown[p.dataIndex].dept));
  $('ranking').setAttribute('aria-label', t.ranking_label(chosen.year, shown.length, shown.filter((s) => length(s.open) > 0).length));
  fillTable($('ranking-table'), [
    [t.rank, (s) => s.rank, 'number'], [t.code, (s) => written(department.get(s.dept).code)], [t.name, (s) => picker(s.dept)], [t.total, (s) => s.total, 'number'], [t.grade, (s) => s.grade && gradeOf(s.framework, s.grade)],
    [t.provisional, (s) => s.provisional, 'number'], [t.open, (s) => s.open, 'number'], [t.open_items, (s) => s.open_items, 'number'], [t.change, (s) => s.change, 'number'],
    [t.state, (s) => (s.state === 'frozen' ? t.frozen : t.live)], [t.frozen_total, (s) => s.frozen_total, 'number'], [t.drift, (s) => s.drift, 'number'],
  ], shown, (s) => s.dept === chosen.dept);
}

// A name cut to a width: an axis cuts no rich text.
function fit(text, width) {
  const pen = (fit.pen ??= document.createElement('canvas').getContext('2d'));
  pen.font = `bold 13px ${getComputedStyle(document.body).fontFamily}`;
  let cut = text;
  while (cut && pen.measureText(cut + (cut === text ? '' : '…')).width > width) cut = [...cut].slice(0, -1).join('');
  return (cut === text ? text : `${cut}…`).replace(/[{}|]/g, ' ');         // these are rich text's own
}

function drawTrend(shown) {
  const of = (dept) => years.map((y) => score.get(`${dept} ${y}`));
  const points = (dept) => of(dept).map((s) => ({ value: s?.total == null ? null : length(s.total), text: s?.total ?? null }));
  const lines = shown.filter((s) => s.dept !== chosen.dept);
  const all = shown.flatMap((s) => of(s.dept)).filter((s) => s?.total != null).map((s) => length(s.total));
  const name = chosen.dept && department.get(chosen.dept).name;
  const drawn = chart('trend', 330, {
    grid: { left: 34, right: chosen.lang === 'zh' ? 40 : 76, top: 12, bottom: 26 },
    tooltip: tooltip(({ seriesId, dataIndex, data: point }) => [department.get(seriesId).name, `${years[dataIndex]}  ${point.text}`]),
    xAxis: { type: 'category', data: years, axisLine: { lineStyle: { color: '#9aa6b2' } }, axisLabel: { color: '#55626f', fontSize: 13 }, axisTick: { show: false } },
    yAxis: { type: 'value', min: all.length ? Math.floor((Math.min(...all) - 1) / 5) * 5 : 0, max: all.length ? Math.ceil((Math.max(...all) + 0.5) / 5) * 5 : 100, axisLabel: { color: '#55626f', fontSize: 12 }, splitLine: { lineStyle: { color: '#eef1f4' } } },
    series: [
      ...lines.map((s) => ({ id: s.dept, name: department.get(s.dept).name, type: 'line', connectNulls: false, data: points(s.dept), symbol: 'circle', symbolSize: 4, lineStyle: { color: '#c3ccd5', width: 1 }, itemStyle: { color: '#c3ccd5' }, emphasis: { lineStyle: { width: 2, color: '#55626f' } }, z: 1 })),
      ...(chosen.dept ? [{ id: chosen.dept, name, type: 'line', connectNulls: false, data: points(chosen.dept), symbol: 'circle', symbolSize: 8, lineStyle: { color: '#2f6690', width: 3 }, itemStyle: { color: '#2f6690' }, z: 5,
        label: { show: true, position: 'top', color: '#1c2733', fontSize: 13, fontWeight: 'bold', textBorderColor: '#fff', textBorderWidth: 3, formatter: (p) => p.data.text }, markLine: bandLines('yAxis') }] : []),
    ],
  });
  drawn.off('click');
  drawn.on('click', (p) => p.seriesId && pick(p.seriesId));
  $('trend-key').replaceChildren(written(name ?? ''));
  $('trend').setAttribute('aria-label', t.trend_label(name ?? ''));
  $('one-title').replaceChildren(...(chosen.dept ? [written(t.one(name))] : []));
  fillTable($('one-table'), [
    [t.year, (y) => y], [t.total, (y) => score.get(`${chosen.dept} ${y}`)?.total, 'number'], [t.change, (y) => score.get(`${chosen.dept} ${y}`)?.change, 'number'],
    [t.grade, (y) => { const s = score.get(`${chosen.dept} ${y}`); return s?.grade && gradeOf(s.framework, s.grade); }],
    [t.rank, (y) => { const s = score.get(`${chosen.dept} ${y}`); return s?.rank && `${s.rank} / ${s.among}`; }, 'number'], [t.open, (y) => score.get(`${chosen.dept} ${y}`)?.open, 'number'],
    [t.state, (y) => { const s = score.get(`${chosen.dept} ${y}`); return s && stateOf(s); }],
  ], chosen.dept ? years : [], (y) => y === chosen.year);
  fillTable($('trend-table'), [[t.name, (s) => picker(s.dept)], ...years.map((y, i) => [y, (s) => of(s.dept)[i]?.total, 'number'])], shown, (s) => s.dept === chosen.dept);
}

// ---- the heat map: a table of buttons ----

function step(c) {
  const share = length(c.max) > 0 ? length(c.points) / length(c.max) : 1;
  return share >= 1 ? 0 : 1 + STEPS.filter((s) => share < s / 100).length;
}

const isMissing = (c) => c.points == null && c.state !== 'left_out';

function drawHeat(shown) {
  const indicators = framework.get(chosen.framework)?.indicators ?? [];
  const key = (kind, text) => el('span', { className: 'part' }, el('span', { className: `key ${kind}` }), text);
  $('heat-key').replaceChildren(key('step step0', t.full), ...STEPS.map((s, i) => key(`step step${i + 1}`, t.step(s))), key('step step5', t.below(STEPS.at(-1))),
    key('missing', t.missing_key), key('step step0 judged', t.judged_key), key('step step0 overridden', t.marked_key));
  const head = el('tr', {}, el('th', { scope: 'col', className: 'name' }, t.name), el('th', { scope: 'col', className: 'sum' }, t.total),
    ...indicators.map((i) => el('th', { scope: 'col' }, el('span', { className: 'label' }, label(i)), el('span', { className: 'code' }, i.code), el('span', { className: 'max' }, i.max))));
  const body = shown.map((s) => el('tr', { className: s.dept === chosen.dept ? 'chosen' : '' },
    el('th', { scope: 'row', className: 'name' }, picker(s.dept, { tabIndex: -1, title: department.get(s.dept).name })),
    el('td', { className: s.total == null ? 'sum open' : 'sum' }, s.total ?? '–'),
    ...indicators.map((i) => el('td', {}, cellButton(cell.get(`${s.dept} ${s.year} ${i.code}`), i)))));
  $('heat').style.setProperty('--columns', indicators.length);
  $('heat').replaceChildren(el('thead', {}, head), el('tbody', {}, ...body));
  const first = document.querySelector(`#heat [data-cell="${CSS.escape(`${chosen.dept} ${chosen.cell}`)}"]`) ?? document.querySelector('#heat tbody button');
  if (first) first.tabIndex = 0;
  hideTip();
}

function cellButton(c, indicator) {
  if (!c) return null;
  const name = `${department.get(c.dept).name}, ${c.indicator} ${label(indicator)}: ${c.points == null ? '' : `${t.of(c.points, c.max)}, `}${t.states[c.state] ?? c.state}`;
  return el('button', {
    type: 'button', tabIndex: -1, 'aria-label': name, 'aria-haspopup': 'dialog', 'data-cell': `${c.dept} ${c.indicator}`,
    className: `cell ${isMissing(c) ? 'missing' : c.points == null ? 'left_out' : `step${step(c)} ${c.state}`}`,
    onclick: () => explain(c.dept, c.indicator), onfocus: showTip, onblur: hideTip, onmouseenter: showTip, onmouseleave: hideTip,
  }, el('span', {}, c.points ?? '–'));
}

// The same as the cell's label, for those who see.
function showTip({ currentTarget }) {
  const tip = $('tip');
  const at = currentTarget.getBoundingClientRect();
  tip.textContent = currentTarget.getAttribute('aria-label');
  tip.hidden = false;
  tip.style.left = `${Math.max(scrollX + 4, Math.min(scrollX + at.left, scrollX + document.documentElement.clientWidth - tip.offsetWidth - 4))}px`;
  tip.style.top = `${scrollY + (at.top > tip.offsetHeight + 8 ? at.top - tip.offsetHeight - 6 : at.bottom + 6)}px`;
}
function hideTip() {
  $('tip').hidden = true;
  $('tip').textContent = '';
}

document.addEventListener('keydown', ({ key }) => key === 'Escape' && hideTip());

// One button of the grid is reached by Tab, the others from it by arrows.
$('heat').addEventListener('keydown', (event) => {
  const grid = [...$('heat').tBodies[0].rows].map((row) => [...row.querySelectorAll('button')]);
  const y = grid.findIndex((row) => row.includes(event.target));
  if (y < 0) return;
  const x = grid[y].indexOf(event.target);
  const to = { ArrowLeft: [y, x - 1], ArrowRight: [y, x + 1], ArrowUp: [y - 1, x], ArrowDown: [y + 1, x], Home: [event.ctrlKey ? 0 : y, 0], End: [event.ctrlKey ? grid.length - 1 : y, grid[y].length - 1] }[event.key];
  if (!to) return;
  event.preventDefault();
  const next = grid[to[0]]?.[to[1]];
  if (next) next.focus();
});
$('heat').addEventListener('focusin', ({ target }) => {
  for (const button of document.querySelectorAll('#heat [tabindex="0"]')) button.tabIndex = -1;
  target.tabIndex = 0;
});

// ---- where the points come from ----

function explain(dept, indicator) {
  choose({ dept, cell: indicator });
  const c = cell.get(`${dept} ${chosen.year} ${indicator}`);
  const of = framework.get(chosen.framework).indicators.find((i) => i.code === indicator);
  const items = data.explanations.filter((e) => e.dept === dept && e.year === chosen.year && e.indicator === indicator);
  $('why-of').replaceChildren(written(department.get(dept).name), ` · ${chosen.year}`);
  $('why-title').textContent = `${indicator} ${label(of)}`;
  $('why-points').replaceChildren(el('b', {}, c.points ?? '–'), el('span', {}, `/ ${c.max}`), stateTag(c.state));
  $('why-items').replaceChildren(...(items.length ? items.map(article) : [el('p', { className: 'empty' }, t.nothing)]));
  if (!$('why').open) $('why').showModal();
  $('why').scrollTop = 0;
  $('why-title').focus();
}

const stateTag = (state) => el('span', { className: `state ${MARKED.includes(state) || state === 'missing' || state === 'invalid' ? 'marked' : ''}` }, t.states[state] ?? state);

function article(e) {
  const says = e[chosen.lang];
  const cut = e.formula?.indexOf(' = ') ?? -1;
  const formula = e.formula && (cut < 0 ? [el('code', {}, e.formula)] : [el('code', {}, e.formula.slice(0, cut)), el('code', {}, e.formula.slice(cut + 1))]);
  const code = (text) => text && [el('code', {}, text)];
  const ratio = e.value && code(e.denominator ? `${e.numerator} / ${e.denominator} = ${e.value}` : e.value);
  const lines = [
    [t.formula, formula], [t.value, ratio], [t.rule, code(e.rule)], [t.branch, says.branch && [says.branch]], [t.arithmetic, code(e.arithmetic)],
    [t.raw_points, e.arithmetic && code(e.raw_points)], [t.judged_by, e.judged_by && [written(e.judged_by), ` · ${e.judged_at}`]], [t.reason, e.reason && [written(e.reason)]], [t.sources, says.sources && [written(says.sources)]],
  ].filter(([, value]) => value);
  return el('article', {},
    el('header', {}, el('h3', {}, e.item ?? t.as_a_whole, ' ', e.item ? written(says.label ?? '') : ''), el('span', { className: 'points' }, `${e.points ?? '–'} / ${e.max}`)),
    stateTag(e.state),
    el('dl', {}, ...lines.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, ...value)])));
}

$('why-close').onclick = () => $('why').close();
$('why').addEventListener('click', ({ target }) => target === $('why') && $('why').close());
$('why').addEventListener('close', () => {
  const from = document.querySelector(`#heat [data-cell="${CSS.escape(`${chosen.dept} ${chosen.cell}`)}"]`);
  choose({ cell: '' });
  for (const id of ['why-of', 'why-title', 'why-points', 'why-items']) $(id).replaceChildren();
  const again = from && document.querySelector(`#heat [data-cell="${CSS.escape(from.dataset.cell)}"]`);
  if (again) again.focus();
});

// ---- what the reader does ----

$('controls').onsubmit = (event) => event.preventDefault();
$('year').onchange = ({ target }) => choose({ year: target.value });
$('framework').onchange = ({ target }) => choose({ framework: target.value });
$('filter').oninput = ({ target }) => choose({ filter: target.value });
document.querySelector('.languages').onclick = ({ target }) => target.dataset.lang && choose({ lang: target.dataset.lang });
document.querySelector('.skip').onclick = (event) => { event.preventDefault(); $('heat-title').focus(); };
function drawAddress() {
  readAddress();
  const { dept, cell: indicator } = chosen;
  draw();
  if (indicator && cell.has(`${dept} ${chosen.year} ${indicator}`)) explain(dept, indicator);
}
window.onhashchange = drawAddress;
window.onresize = () => { drawRanking(rows()); drawTrend(rows()); };
drawAddress();
