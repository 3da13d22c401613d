const chat = NobackendChat.join({ room: 'votes' });
const votes = new Map(); // the last vote of each user counts

const buttons = ['Coffee', 'Tea', 'Water', 'It depends'].map((choice) => {
  const button = document.createElement('button');
  button.onclick = () => chat.send({ data: { vote: choice } });
  document.querySelector('#choices').append(button);
  return { choice, button };
});

function count({ from, data }) {
  if (data && data.vote) votes.set(from.id, data.vote);
  for (const { choice, button } of buttons) {
    const n = [...votes.values()].filter((vote) => vote === choice).length;
    button.textContent = `${choice} · ${n}`;
    button.style.setProperty('--share', `${votes.size && 100 * n / votes.size}%`);
  }
}

chat.on('ready', ({ history, user }) => [{ from: user }, ...history].forEach(count));
chat.on('message', count);
