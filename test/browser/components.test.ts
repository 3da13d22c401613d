/** The hooks for React and the composables for Vue, from the npm package, in Chromium. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { build as esbuild } from 'esbuild';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { compileScript, parse } from 'vue/compiler-sfc';
import type { UserRef } from '../../shared/protocol/events.js';
import { root } from '../support/child.js';
import { installClient } from '../support/client-package.js';
import { browserTest, type Stage } from '../support/fixtures/browser.js';
import type { Follower } from '../support/follower.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const APPS = ['react-app.jsx', 'vue-app.mjs'];
const docs = readFileSync(join(root, 'docs/clients.md'), 'utf8');
const [, REACT = ''] = /<!-- react -->\s*```jsx\n([\s\S]*?)```/.exec(docs) ?? [];
const [, VUE = ''] = /<!-- vue -->\s*```vue\n([\s\S]*?)```/.exec(docs) ?? [];

/** The examples of docs/clients.md, with the server and the room of a test. */
const inTest = (code: string): string =>
  code.replace(/server="https.*" name="Ada"/, '{...options}').replace(/\{ server: .*\}/, 'window.options');

/** The sources of the pages, by the names of their files. */
const SOURCES: Record<string, string> = {
  ...Object.fromEntries(APPS.map((app) => [app, readFileSync(join(root, 'test/support/apps', app), 'utf8')])),
  'docs-react.jsx': `${inTest(REACT)}
    import { createRoot } from 'react-dom/client';
    createRoot(document.getElementById('app')).render(<App />);`,
  'docs-vue.mjs': vuePage(inTest(VUE)),
  'element.mjs': `import 'nobackend-chat-client/element';
    const { server, room, name } = options;
    app.innerHTML = '<nobackend-chat server="' + server + '" room="' + room + '" name="' + name + '"></nobackend-chat>';`,
};

/** Returns the script of a page that is one single-file component. */
function vuePage(source: string): string {
  const { descriptor } = parse(source);
  const { content } = compileScript(descriptor, { id: 'page', inlineTemplate: true, genDefaultAs: 'Page' });
  return `import { createApp } from 'vue';\n${content}\ncreateApp(Page).mount('#app');`;
}

const it = browserTest.extend('built', { scope: 'file' }, async ({ system: _ }, { onCleanup }) => {
  const project = await installClient(['react', 'react-dom', 'scheduler', 'vue']);
  onCleanup(() => project.remove());
  /** Builds a page in the development mode of its framework, as a part of the project. */
  const build = async ([name, source]: [string, string]): Promise<[string, string]> => {
    const { outputFiles } = await esbuild({
      entryPoints: [await project.write(name, source)],
      bundle: true,
      format: 'iife',
      jsx: 'automatic',
      define: { 'process.env.NODE_ENV': '"development"' },
      write: false,
    });
    return [name, outputFiles[0]?.text ?? ''];
  };
  return Object.fromEntries(await Promise.all(Object.entries(SOURCES).map(build)));
});

interface AppWindow {
  setShown(shown: boolean): void;
  setRoom(room: string): void;
}

/** Opens the page of an app, with a user in its room who sees what others see of the page's user. */
async function openApp(...given: Parameters<typeof open>) {
  const opened = await open(...given);
  await sees(opened.page, '#state', 'online Page ');
  return opened;
}

async function open({ browser, site, api, room }: Stage, script: string, server = api) {
  const observer = await TestUser.join(api, { room, name: 'Ann' });
  const follower = observer.follow();
  const page = await browser.newPage();
  const options = JSON.stringify({ server, room, name: 'Page', tabs: 'own' });
  const html = `<!doctype html><meta charset="utf-8"><title>app</title><div id="app"></div><script>options = ${options}</script>`;
  await page.goto(site.serve('/', `${html}<script>${script.replaceAll('</script', '<\\/script')}</script>`));
  return { observer, follower, page };
}

const sees = (page: Page, selector: string, text: string): Promise<unknown> =>
  until(async () => (await page.textContent(selector)) === text, `${selector}: ${text}`);

const shows = (page: Page, ...lines: string[]): Promise<unknown> =>
  until(async () => {
    const found = await page.locator('#log li').allTextContents();
    return JSON.stringify(found) === JSON.stringify(lines);
  }, lines.join());

/** The names of those who came and went, in their order. */
const comings = ({ events }: Follower): string[] =>
  events.filter(({ type }) => /joined|left/.test(type)).map(({ type, from }) => `${from.name} ${type}`);

describe.each(APPS)('%s', (app) => {
  it('is one user, for as long as a component is there', async ({ stage, built }) => {
    const { observer, follower, page } = await openApp(stage, built[app] ?? '');
    await sees(page, '#people', 'Ann,Page');
    await sees(page, '#apart', '2');
    const show = (shown: boolean) => page.evaluate((now) => (window as unknown as AppWindow).setShown(now), shown);
    await show(false);
    await show(true);
    await sees(page, '#people', 'Ann,Page');
    const { members } = await observer.ask<{ members: UserRef[] }>('members');
    expect(members.map(({ name }) => name)).toEqual(['Ann', 'Page']);
    await show(false);
    await until(() => comings(follower).includes('Page left'), 'the end of the user');
    await show(true);
    await until(() => comings(follower).length > 3, 'another user');
    expect(comings(follower)).toEqual(['Ann joined', 'Page joined', 'Page left', 'Page joined']);
    await sees(page, '#people', 'Ann,Page');
    await follower.stop();
  });

  it('shows messages with their edits and reactions, and sends', async ({ stage, built }) => {
    const { observer, follower, page } = await openApp(stage, built[app] ?? '');
    const { id } = await observer.send('helo');
    await shows(page, 'helo');
    await observer.ask('edit', { id, text: 'hello' });
    await shows(page, 'hello');
    await observer.ask('react', { id, emoji: '\u{1F44D}' });
    await shows(page, 'hello 1');
    await page.click('#say');
    await shows(page, 'hello 1', 'from the page 1 mine');
    await until(() => follower.events.some(({ text }) => text === 'from the page'), 'the message');
    await observer.ask('unsay', { id });
    await shows(page, 'from the page 1 mine');
    await follower.stop();
  });

  it('shows what has changed while the server had forgotten its user', async ({ stage, built }) => {
    const { link } = stage;
    const { observer, follower, page } = await openApp(stage, built[app] ?? '', link.url);
    const { id } = await observer.send('helo');
    await shows(page, 'helo');
    await page.evaluate(() => window.chat.call('leave', { after: 1 }));
    await link.close();
    await until(() => comings(follower).includes('Page left'), 'the end of the user', 30_000);
    await observer.ask('edit', { id, text: 'hello' });
    await observer.send('second');
    await link.open();
    await shows(page, 'hello', 'second');
    await sees(page, '#state', 'online Page ');
    await follower.stop();
  });

  it('shows values, and writes them', async ({ stage, built }) => {
    const { observer, follower, page } = await openApp(stage, built[app] ?? '');
    await sees(page, '#like', '0');
    await page.click('#like');
    await page.click('#like');
    await sees(page, '#like', '2');
    expect(await observer.ask('add', { key: 'likes', by: 3 })).toMatchObject({ value: 5 });
    await sees(page, '#like', '5');
    const title = () => page.inputValue('#title');
    expect(await title()).toBe('untitled');
    await observer.ask('set', { key: 'title', value: 'tea' });
    await until(async () => (await title()) === 'tea', 'the title');
    await page.fill('#title', 'coffee');
    await until(() => follower.events.some(({ key, value }) => key === 'title' && value === 'coffee'), 'the new title');
    await observer.ask('set', { key: 'votes/a', value: 1 });
    await observer.ask('set', { key: 'votes/b', value: 2 });
    await sees(page, '#votes', '{"votes/a":1,"votes/b":2}');
    await observer.ask('set', { key: 'votes/a', value: null });
    await sees(page, '#votes', '{"votes/b":2}');
    await follower.stop();
  });

  it('goes to another room with its options, and tells why it cannot', async ({ stage, built }) => {
    const { follower, page } = await openApp(stage, built[app] ?? '');
    const go = (room: string) => page.evaluate((to) => (window as unknown as AppWindow).setRoom(to), room);
    await go(`${stage.room}-b`);
    await sees(page, '#people', 'Page');
    await until(() => comings(follower).includes('Page left'), 'the end of the user there');
    await go('no room');
    await sees(page, '#state', 'left  bad_request');
    await go(stage.room);
    await sees(page, '#people', 'Ann,Page');
    await until(() => comings(follower).length > 3, 'the new user');
    expect(comings(follower)).toEqual(['Ann joined', 'Page joined', 'Page left', 'Page joined']);
    await follower.stop();
  });
});

it.for(['docs-react.jsx', 'docs-vue.mjs'])('%s: the example of the docs talks', async (name, { stage, built }) => {
  const { observer, follower, page } = await open(stage, built[name] ?? '');
  await page.getByText('Ann, Page').waitFor();
  await observer.send('hello');
  await page.getByText('Ann: hello').waitFor();
  await page.locator('input').last().fill('hi there');
  await page.keyboard.press('Enter');
  await page.getByText('Page: hi there').waitFor();
  await until(() => follower.events.some(({ text }) => text === 'hi there'), 'the message');
  await follower.stop();
});

it('the element of the package shows a chat, and gets its parts from the server', async ({ stage, built }) => {
  const { observer, follower, page } = await open(stage, built['element.mjs'] ?? '', stage.link.url);
  await observer.send('hello');
  await page.getByText('hello', { exact: true }).waitFor();
  await page.getByRole('textbox').last().fill('hi there');
  await page.keyboard.press('Enter');
  await until(() => follower.events.some(({ text }) => text === 'hi there'), 'the message');
  await until(() => stage.link.seen.includes('/talk.js'), 'the part for single messages');
  await follower.stop();
});
