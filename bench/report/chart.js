/** Draws what a run has found as an SVG: deliveries per CPU-second of every system in every scenario that has them. */
import { median } from './statistics.js';
import { fixed } from './table.js';

const COLOURS = ['#9aa4b2', '#2f6fde', '#e08a1e'];
const BAR = 18;
const GROUP_GAP = 18;
const LEFT = 40;
const TOP = 56;
const WIDTH = 720;
const BARS_WIDTH = 520;

/** @typedef {import('../scenarios/index.js').Row} Row */

/**
 * @param {{ machine: string, results: Record<string, Row[]> }} all
 * @param {Record<string, { title: string }>} scenarios
 */
export function drawChart({ machine, results }, scenarios) {
  const groups = Object.entries(results)
    .filter(([, rows]) => rows[0]?.ratios)
    .map(([name, rows]) => ({ name, title: scenarios[name]?.title ?? '', rows }));
  const highest = Math.max(1, ...groups.flatMap(({ rows }) => rows.map(efficiency)));
  let y = TOP;
  const parts = groups.map(({ name, title, rows }) => {
    const bars = rows.map((row, i) => bar(row, i, y + 16 + i * BAR, highest));
    const group = [
      `<text x="${LEFT}" y="${y + 8}" font-weight="600">${escapeXml(`${name}: ${title}`)}</text>`,
      ...bars,
    ].join('\n');
    y += 16 + rows.length * BAR + GROUP_GAP;
    return group;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" font-family="system-ui, sans-serif" font-size="12" role="img">
<title>Deliveries per CPU-second of all server processes together</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${LEFT}" y="22" font-size="14" font-weight="600">Deliveries per CPU-second of all server processes together</text>
<text x="${LEFT}" y="38" fill="#667">${escapeXml(machine)}</text>
${parts.join('\n')}
</svg>
`;
}

/**
 * @param {Row} row
 * @param {number} i
 * @param {number} y
 * @param {number} highest
 */
function bar(row, i, y, highest) {
  const value = efficiency(row);
  const width = Math.max(1, Math.round((value / highest) * BARS_WIDTH));
  const ratio = i === 0 ? '' : ` (${fixed(row.ratios?.efficiency?.median, 2)} of the floor)`;
  return `<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR - 4}" fill="${COLOURS[i]}"/>
<text x="${LEFT + width + 6}" y="${y + BAR - 7}">${escapeXml(row.system)} ${Math.round(value).toLocaleString('en')}${ratio}</text>`;
}

function efficiency(/** @type {Row} */ { rounds = [] }) {
  return median(rounds.map((window) => window.efficiency));
}

function escapeXml(/** @type {string} */ text) {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
