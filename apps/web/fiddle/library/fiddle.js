const chat = NobackendChat.join({ room: '{{room}}' });
const list = document.querySelector('ul'), form = document.querySelector('form'), input = form.querySelector('input');

function line(text) {
  list.appendChild(document.createElement('li')).textContent = text;
}

function show({ from, text, private: isPrivate }) {
  if (text) line(`${isPrivate ? '(private) ' : ''}${from.name}: ${text}`);
}

chat.on('ready', ({ history }) => history.forEach(show));
chat.on('message', show);

form.onsubmit = (event) => {
  event.preventDefault();
  if (input.value) chat.send(input.value).then(({ held }) => held && line('Your message waits for approval.'), ({ message }) => line(message));
  input.value = '';
};
