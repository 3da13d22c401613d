const { values } = NobackendChat.join({ room: 'todo' });
const form = document.querySelector('form');
const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
form.onsubmit = () => {
  const text = form.elements.what.value.trim();
  if (text) values.set(`todo/${Date.now()}${Math.random()}`, { text, done: false }); // each line has a key of its own
  form.reset();
  return false;
};
values.on('todo/', () => {
  const rows = Object.entries(values.all('todo/')).map(([key, item]) => {
    const row = make('li'), label = row.appendChild(make('label'));
    const tick = (done) => values.set(key, { ...item, done }, { if: values.version(key) }).catch(() => 'deleted meanwhile');
    label.append(make('input', { type: 'checkbox', checked: item.done, onchange: ({ target }) => tick(target.checked) }), item.text);
    row.append(make('button', { textContent: '\u00d7', title: 'Delete', onclick: () => values.delete(key) }));
    return row;
  });
  document.querySelector('ul').replaceChildren(...rows);
});
