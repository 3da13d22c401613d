const chat = NobackendChat.join({ room: 'talk' }), messages = new Map(), heart = '\u2764\ufe0f';
const list = document.querySelector('ul'), form = document.querySelector('form'), [note, input] = form.children;
const send = (text) => chat.send(text), fail = ({ message }) => { note.textContent = message; };
let submit = send; // what the form does with the text: send, answer or edit
const begin = (what, text, next) => { [note.textContent, input.value, submit] = [what, text, next]; input.focus(); };
form.onsubmit = () => { submit(input.value).catch(fail); begin('', '', send); return false; };
const draw = () => list.replaceChildren(...[...messages.values()].map(({ id, from, text, re, editedAt, reactions = [] }) => {
  const row = document.createElement('li'), quote = re ? `> ${messages.has(re) ? messages.get(re).text : 'removed'}\n` : '';
  row.textContent = `${quote}${from.name}: ${text}${editedAt ? ' (edited)' : ''}`;
  const button = (textContent, onclick) => row.append(Object.assign(document.createElement('button'), { textContent, onclick }));
  const { count, users } = reactions.find(({ emoji }) => emoji === heart) || { count: 0, users: [] };
  button(`${heart} ${count}`, () => chat.react(id, heart, !users.some((user) => user.id === chat.user.id)).catch(fail));
  button('Answer', () => begin(`To ${from.name}:`, '', (answer) => chat.send({ text: answer, re: id })));
  if (from.id === chat.user.id) { button('Edit', () => begin('Edit:', text, (better) => chat.edit(id, better))); button('Take back', () => chat.unsay(id).catch(fail)); }
  return row;
}));
const add = (message) => { if (message.text && !message.private) messages.set(message.id, message); draw(); };
const change = (id, news) => { if (messages.has(id)) Object.assign(messages.get(id), news); draw(); };
chat.on('ready', ({ history }) => history.forEach(add));
chat.on('message', add);
chat.on('edited', ({ edited, text, at }) => change(edited, { text, editedAt: at }));
chat.on('reacted', ({ reacted, reactions }) => change(reacted, { reactions }));
chat.on('removed', ({ removed }) => messages.delete(removed) && draw());
