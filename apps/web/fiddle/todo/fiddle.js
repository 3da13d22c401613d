const chat = NobackendChat.join({ room: 'todo' });
const form = document.querySelector('form');
const make = (tag, properties) => Object.assign(document.createElement(tag), properties);

form.onsubmit = () => {
  const text = form.elements.what.value.trim();
  if (text) chat.values.set(`todo/${Date.now()}`, { text, done: false }); // a key of its own for each line
  form.reset();
  return false;
};

chat.values.on('todo/', () => {
  const rows = Object.entries(chat.values.all('todo/')).map(([key, item]) => {
    const row = make('li'), label = row.appendChild(make('label'));
    const onchange = ({ target }) => chat.values.set(key, { ...item, done: target.checked });
    label.append(make('input', { type: 'checkbox', checked: item.done, onchange }), item.text);
    row.append(make('button', { textContent: '×', title: 'Delete', onclick: () => chat.values.delete(key) }));
    return row;
  });
  document.querySelector('ul').replaceChildren(...rows);
});
