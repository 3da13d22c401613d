const chat = NobackendChat.join({ room: '{{room}}' });
const list = document.querySelector('ul'), form = document.querySelector('form'), input = form.querySelector('input');

function show({ from, text, private: isPrivate }) {
  const line = document.createElement('li');
  line.textContent = `${isPrivate ? '(private) ' : ''}${from.name}: ${text}`;
  list.append(line);
}

chat.on('ready', ({ history }) => history.filter((event) => event.type === 'message').forEach(show));
chat.on('message', show);

form.onsubmit = (event) => {
  event.preventDefault();
  if (input.value) chat.send(input.value).catch((error) => alert(error.message));
  input.value = '';
};
