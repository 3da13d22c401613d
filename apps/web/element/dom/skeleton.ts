import { fill, type Texts } from '../texts.js';
import { h, ICONS, icon } from './dom.js';

/** The parts of the element that never go, by name. */
export type Skeleton = ReturnType<typeof skeleton>;

function header(room: string, texts: Texts) {
  const back = h(
    'button',
    { type: 'button', class: 'plain back', 'aria-label': texts.everyone, hidden: '' },
    icon(ICONS.back),
  );
  const title = h('bdi', { class: 'title room', part: 'title' }, room);
  const subtitle = h('span', { class: 'subtitle' });
  const block = h('button', { type: 'button', class: 'plain block', part: 'block', hidden: '' });
  const me = h('button', { type: 'button', class: 'plain me', part: 'me', 'aria-expanded': 'false', hidden: '' });
  const here = h('span', { class: 'here' });
  const count = h('span', { class: 'count' });
  const badge = h('span', { class: 'badge', hidden: '' });
  const people = h(
    'button',
    { type: 'button', class: 'plain crowd', 'aria-expanded': 'false', hidden: '' },
    icon(ICONS.people),
    count,
    badge,
  );
  const bar = h(
    'header',
    { class: 'bar', part: 'header' },
    back,
    h('div', { class: 'titles' }, title, subtitle),
    block,
    me,
    here,
    people,
  );
  return { bar, back, title, subtitle, block, me, here, people, count, badge };
}

function naming(texts: Texts) {
  const input = h('input', {
    id: 'name',
    name: 'name',
    dir: 'auto',
    maxlength: '64',
    autocomplete: 'nickname',
    'aria-describedby': 'problem',
  });
  const save = h('button', { class: 'solid' }, texts.save);
  const cancel = h('button', { type: 'button', class: 'plain' }, texts.cancel);
  const problem = h('p', { id: 'problem', class: 'problem', role: 'alert' });
  const take = h('button', { type: 'button', class: 'plain take', hidden: '' });
  const form = h(
    'form',
    { class: 'naming', hidden: '' },
    h('label', { for: 'name' }, texts.yourName),
    h('div', { class: 'line' }, input, save, cancel),
    problem,
    take,
  );
  return { form, input, cancel, problem, take };
}

function log(texts: Texts) {
  const top = h('p', { class: 'top' });
  const rows = h('div', { class: 'rows' });
  const pending = h('div', { class: 'pending' });
  const empty = h('p', { class: 'empty', hidden: '' });
  const box = h(
    'div',
    { class: 'log', part: 'log', role: 'log', 'aria-label': texts.messages, tabindex: '0' },
    top,
    empty,
    rows,
    pending,
  );
  const latest = h(
    'button',
    { type: 'button', class: 'latest', part: 'latest', hidden: '' },
    icon(ICONS.down),
    h('span', {}, texts.latest),
  );
  return { box, top, rows, pending, empty, latest };
}

function composer(texts: Texts) {
  const input = h('textarea', {
    class: 'input',
    part: 'input',
    rows: '1',
    dir: 'auto',
    'aria-label': texts.message,
    'aria-describedby': 'length',
    enterkeyhint: 'send',
    placeholder: texts.placeholder,
  });
  const length = h('span', { id: 'length', class: 'length', role: 'status' });
  const send = h('button', { class: 'solid send', part: 'send', 'aria-label': texts.send }, icon(ICONS.send));
  const form = h('form', { class: 'composer', part: 'composer' }, input, send, length);
  return { form, input, length, send };
}

function people(texts: Texts) {
  const close = h('button', { type: 'button', class: 'plain close', 'aria-label': texts.close }, icon(ICONS.close));
  const list = h('ul', { class: 'list' });
  const panel = h(
    'aside',
    { class: 'people', part: 'people', 'aria-label': texts.people },
    h('div', { class: 'caption' }, texts.people, close),
    list,
  );
  return { panel, list, close };
}

/** Builds the element's whole document, empty. */
export function skeleton(room: string, texts: Texts) {
  const parts = {
    header: header(room, texts),
    naming: naming(texts),
    log: log(texts),
    composer: composer(texts),
    people: people(texts),
  };
  const status = h('div', { class: 'status', part: 'status', role: 'status', hidden: '' });
  const offer = h('div', { class: 'status', part: 'status', role: 'status', hidden: '' });
  const typing = h('p', { class: 'typing', part: 'typing' });
  const announcer = h('div', { class: 'hidden', 'aria-live': 'polite' });
  const main = h(
    'div',
    { class: 'main' },
    h('div', { class: 'well' }, parts.log.box, parts.log.latest),
    offer,
    status,
    typing,
    parts.composer.form,
  );
  const body = h('div', { class: 'body' }, main, parts.people.panel);
  const root = h(
    'section',
    { class: 'chat', part: 'chat', 'aria-label': room },
    parts.header.bar,
    parts.naming.form,
    body,
    announcer,
  );
  return { ...parts, status, offer, typing, announcer, body, root, texts, fill };
}
