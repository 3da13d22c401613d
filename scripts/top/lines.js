/** What `npm run top` shows, as lines of text: the figures of shared/protocol/admin.ts. */
const BARS = '▁▂▃▄▅▆▇█';
const TREND = 40;
/** Rows of each list of what is busy. */
const BUSIEST = 8;

/** The screen for one answer of /admin/figures; `samples`: those of the last minutes, oldest first. */
export function linesOf(figures, samples) {
  const { redis, process, busy, off } = figures;
  const now = samples.at(-1);
  const state = redis.up ? `Redis is up${now ? `: ${memoryOf(now)}` : ''}` : `Redis is away: ${redis.reason}`;
  if (!now) return [state, '', ...processes([process])];
  return [
    state, '', ...counts(now), '', ...trends(samples), '', ...times(now), '', ...processes(now.processes),
    ...list('room', 'members', busy.rooms.map(({ name, members, rate }) => [name, number(members), `${rate.toFixed(1)}/s`])),
    ...list('origin', '', busy.origins.map(({ origin, rate }) => [origin, '', `${rate.toFixed(1)}/s`])),
    ...list('address (hashed)', '', busy.addresses.map(({ address, rate }) => [address, '', `${rate.toFixed(1)}/s`])),
    ...list('switched off', 'until', off.map(({ kind, name, until }) => [`${kind} ${name}`, until === null ? 'switched on' : time(until), ''])),
  ];
}

function memoryOf({ redisUsed, redisMax, redisClients }) {
  const most = redisMax ? ` of ${megabytes(redisMax)}` : '';
  return `${megabytes(redisUsed)}${most}, ${number(redisClients)} connections`;
}

function counts({ users, rooms, live, blocking, queue, queueAge, refused, limited }) {
  const waiting = queue ? `, the oldest for ${seconds(queueAge)}` : '';
  return [
    `users ${number(users)}   rooms ${number(rooms)}   polls held ${number(live + blocking)} (${number(live)} live, ${number(blocking)} blocking)   fan-out jobs ${number(queue)}${waiting}`,
    `refused ${rates(refused)}   by limits ${rates(limited)}`,
  ];
}

/** Rates by name, the highest first; a nought is not worth its place. */
function rates(byName) {
  const some = Object.entries(byName).filter(([, rate]) => rate > 0).sort(([, a], [, b]) => b - a);
  return some.length === 0 ? 'none' : some.map(([name, rate]) => `${name} ${rate.toFixed(1)}/s`).join(', ');
}

function trends(samples) {
  return ['sends', 'deliveries'].map((name) => {
    const values = samples.slice(-TREND).map((sample) => sample[name]);
    return `${name.padEnd(11)}${`${number(Math.round(values.at(-1)))}/s`.padStart(9)}  ${bars(values)}`;
  });
}

function bars(values) {
  const highest = Math.max(...values, 1);
  return values.map((value) => BARS[Math.round((value / highest) * (BARS.length - 1))]).join('');
}

function times({ receipt, fanOutDelay, fanOutTook }) {
  const rows = [['to a client', receipt], ['to all inboxes', fanOutDelay], ['one fan-out step', fanOutTook]];
  return ['time'.padEnd(20) + 'p50'.padStart(10) + 'p99'.padStart(10), ...rows.map(([name, both]) => name.padEnd(20) + seconds(both?.p50).padStart(10) + seconds(both?.p99).padStart(10))];
}

function processes(all) {
  const rows = all.map(({ name, delay, memory }) => name.padEnd(20) + seconds(delay).padStart(10) + megabytes(memory).padStart(10));
  return ['process'.padEnd(20) + 'loop p99'.padStart(10) + 'memory'.padStart(10), ...rows];
}

/** A list under a heading, or nothing. */
function list(what, which, rows) {
  if (rows.length === 0) return [];
  const width = Math.max(20, what.length, ...rows.map(([name]) => name.length)) + 2;
  const row = ([name, one, two]) => (printable(name).padEnd(width) + one.padStart(12) + two.padStart(12)).trimEnd();
  return ['', ...[[what, which, ''], ...rows.slice(0, BUSIEST)].map(row)];
}

/** Origins are written by clients: nothing of them may be a command to the terminal. */
const printable = (text) => text.replace(/[^\x20-\x7e]/g, '?');

export const time = (at) => new Date(at).toTimeString().slice(0, 8);
const number = (value) => value === null || value === undefined ? '-' : value.toLocaleString('en');
const megabytes = (bytes) => bytes === null ? '-' : `${number(Math.round(bytes / 1_048_576))} MB`;

function seconds(value) {
  if (value === null || value === undefined) return '-';
  return value < 1 ? `${Math.round(value * 1_000)} ms` : `${value.toFixed(1)} s`;
}
