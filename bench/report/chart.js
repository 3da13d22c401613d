/**
 * Draws the results of a run as SVG: deliveries per CPU-second of every system, in the scenarios that compare these.
 */
import { median } from './statistics.js';
import { fixed, whole } from './table.js';

const COLOURS = ['#9aa4b2', '#2f6fde', '#e08a1e', '#3a9d6e', '#b0527f', '#7a63c9', '#4a93ad', '#8a7a3d'];
/** Sizes in pixels. */
const BAR_PX = 18;
const GROUP_GAP_PX = 18;
const TITLE_PX = 16;
const LEFT_PX = 40;
const TOP_PX = 56;
const WIDTH_PX = 760;
const BARS_WIDTH_PX = 420;
/** This scenario has joins instead of deliveries. */
const COUNTS_JOINS = 'joins';
const HEADING = 'Deliveries per CPU-second of all server processes together';

/** @typedef {import('../scenarios/index.js').Row} Row */

/**
 * @param {{ machine: string, results: Record<string, Row[]> }} all
 * @param {Record<string, { title: string }>} scenarios
 */
export function drawChart({ machine, results }, scenarios) {
  const groups = Object.entries(results)
    .filter(([name, rows]) => name !== COUNTS_JOINS && rows[0]?.ratios)
    .map(([name, rows]) => ({ name, title: scenarios[name]?.title ?? '', rows }));
  const highest = Math.max(1, ...groups.flatMap(({ rows }) => rows.map(efficiency)));
  let y = TOP_PX;
  const parts = groups.map(({ name, title, rows }) => {
    const bars = rows.map((row, i) => bar(row, i, y + TITLE_PX + i * BAR_PX, highest));
    const group = [
      `<text x="${LEFT_PX}" y="${y + 8}" font-weight="600">${escapeXml(`${name}: ${title}`)}</text>`,
      ...bars,
    ].join('\n');
    y += TITLE_PX + rows.length * BAR_PX + GROUP_GAP_PX;
    return group;
  });
  const frame = `viewBox="0 0 ${WIDTH_PX} ${y}" font-family="system-ui, sans-serif" font-size="12" role="img"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${frame}>
<title>${HEADING}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${LEFT_PX}" y="22" font-size="14" font-weight="600">${HEADING}</text>
<text x="${LEFT_PX}" y="38" fill="#667">${escapeXml(machine)}</text>
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
  const width = Math.max(1, Math.round((value / highest) * BARS_WIDTH_PX));
  const base = row.base?.startsWith('floor') ? 'the floor' : row.base;
  const ratio = row.base === row.system ? '' : ` (${fixed(row.ratios?.efficiency?.median, 2)} of ${base})`;
  const label = escapeXml(`${row.system} ${whole(value)}${ratio}`);
  return `<rect x="${LEFT_PX}" y="${y}" width="${width}" height="${BAR_PX - 4}" fill="${COLOURS[i % COLOURS.length]}"/>
<text x="${LEFT_PX + width + 6}" y="${y + BAR_PX - 7}">${label}</text>`;
}

function efficiency(/** @type {Row} */ { rounds = [] }) {
  return median(rounds.map((window) => window.efficiency));
}

function escapeXml(/** @type {string} */ text) {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
