import { button, h, ICONS, icon } from './dom/dom.js';
import type { Texts } from './texts.js';

/** The elements that are always there, by name. */
export type Skeleton = ReturnType<typeof buildSkeleton>;

function buildHeader(room: string, texts: Texts) {
  const back = button({ class: 'plain back', 'aria-label': texts.everyone, hidden: '' }, null, icon(ICONS.back));
  const title = h('bdi', { class: 'title room', part: 'title' }, room);
  const subtitle = h('span', { class: 'subtitle' });
  const block = button({ class: 'plain block', part: 'block', hidden: '' }, null);
  const me = button({ class: 'plain me', part: 'me', 'aria-expanded': 'false', hidden: '' }, null);
  const here = h('span', { class: 'here' });
  const bell = button(
    { class: 'plain bell', part: 'bell', 'aria-label': texts.notices, 'aria-expanded': 'false', hidden: '' },
    null,
    icon(ICONS.bell),
  );
  const search = button(
    { class: 'plain find', part: 'find', 'aria-label': texts.search, 'aria-expanded': 'false' },
    null,
    icon(ICONS.search),
  );
  const count = h('span', { class: 'count' });
  const many = h('span', { class: 'many', 'aria-hidden': 'true' });
  const badge = h('span', { class: 'badge', hidden: '' });
  const people = button(
    { class: 'plain crowd', 'aria-expanded': 'false', hidden: '' },
    null,
    icon(ICONS.people),
    count,
    many,
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
    search,
    bell,
    people,
  );
  return { bar, back, title, subtitle, block, me, here, search, bell, people, count, many, badge };
}

function buildOwnName(texts: Texts) {
  const input = h('input', {
    id: 'name',
    name: 'name',
    dir: 'auto',
    maxlength: '64',
    autocomplete: 'nickname',
    'aria-describedby': 'problem',
  });
  const save = h('button', { class: 'solid' }, texts.save);
  const cancel = button({ class: 'plain' }, null, texts.cancel);
  const problem = h('p', { id: 'problem', class: 'problem', role: 'alert' });
  const suggested = button({ class: 'plain suggested', hidden: '' }, null);
  const form = h(
    'form',
    { class: 'name-form', hidden: '' },
    h('label', { for: 'name' }, texts.yourName),
    h('div', { class: 'line' }, input, save, cancel),
    problem,
    suggested,
  );
  return { form, input, save, cancel, problem, suggested };
}

function buildLog(texts: Texts) {
  const topNote = h('p', { class: 'top' });
  const rows = h('div', { class: 'rows' });
  const unsent = h('div', { class: 'unsent' });
  const empty = h('p', { class: 'empty', hidden: '' });
  const box = h(
    'div',
    { class: 'log', part: 'log', role: 'log', 'aria-label': texts.messages, tabindex: '0' },
    topNote,
    empty,
    rows,
    unsent,
  );
  const latest = button(
    { class: 'latest', part: 'latest', hidden: '' },
    null,
    icon(ICONS.down),
    h('span', {}, texts.latest),
  );
  return { box, topNote, rows, unsent, empty, latest };
}

function buildComposer(texts: Texts) {
  const input = h('textarea', {
    class: 'input',
    part: 'input',
    rows: '1',
    dir: 'auto',
    'aria-label': texts.message,
    'aria-describedby': 'about counter',
    enterkeyhint: 'send',
    placeholder: texts.placeholder,
  });
  const counter = h('span', { id: 'counter', class: 'counter', role: 'status' });
  const send = h('button', { class: 'solid send', part: 'send', 'aria-label': texts.send }, icon(ICONS.send));
  const about = h('div', { class: 'about', part: 'about', hidden: '' });
  const form = h('form', { class: 'composer', part: 'composer' }, input, send, counter);
  return { form, input, counter, send, about };
}

function buildPeople(texts: Texts) {
  const closeButton = button({ class: 'plain close', 'aria-label': texts.close }, null, icon(ICONS.close));
  const list = h('ul', { class: 'list' });
  const panel = h(
    'aside',
    { class: 'people', part: 'people', 'aria-label': texts.people },
    h('div', { class: 'caption' }, texts.people, closeButton),
    list,
  );
  return { panel, list, closeButton };
}

/** Builds all elements of an empty chat. */
export function buildSkeleton(room: string, texts: Texts) {
  const header = buildHeader(room, texts);
  const ownName = buildOwnName(texts);
  const log = buildLog(texts);
  const composer = buildComposer(texts);
  const people = buildPeople(texts);
  const statusLine = h('div', { class: 'status', part: 'status', role: 'status', hidden: '' });
  const offerLine = h('div', { class: 'status', part: 'status', role: 'status', hidden: '' });
  const banner = h('div', { class: 'banner', part: 'banner', role: 'region', tabindex: '0', hidden: '' });
  banner.setAttribute('aria-label', texts.topicAndPin);
  const typing = h('p', { class: 'typing', part: 'typing' });
  const announcer = h('div', { class: 'hidden', 'aria-live': 'polite' });
  const main = h(
    'div',
    { class: 'main' },
    banner,
    h('div', { class: 'well' }, log.box, log.latest),
    offerLine,
    statusLine,
    typing,
    composer.about,
    composer.form,
  );
  const body = h('div', { class: 'body' }, main, people.panel);
  const root = h(
    'section',
    { class: 'chat', part: 'chat', 'aria-label': room },
    header.bar,
    ownName.form,
    body,
    announcer,
  );
  return {
    header,
    ownName,
    banner,
    log,
    composer,
    people,
    statusLine,
    offerLine,
    typing,
    announcer,
    body,
    root,
    texts,
  };
}
