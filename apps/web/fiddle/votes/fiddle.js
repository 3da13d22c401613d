const chat = NobackendChat.join({ room: 'votes' });
const choices = ['Coffee', 'Tea', 'Water', 'It depends'];
const buttons = choices.map((choice, i) => {
  const button = document.querySelector('#choices').appendChild(document.createElement('button'));
  button.onclick = () => {
    const former = localStorage.vote; // one vote for each browser, which may change its mind
    if (former === `${i}`) return;
    if (chat.values.get(`votes/${former}`)) chat.values.add(`votes/${former}`, -1);
    chat.values.add(`votes/${localStorage.vote = i}`);
  };
  return button;
});

function show() {
  const votes = choices.map((_, i) => chat.values.get(`votes/${i}`) || 0);
  const all = votes.reduce((sum, n) => sum + n, 0);
  buttons.forEach((button, i) => {
    button.textContent = `${choices[i]} · ${votes[i]}`;
    button.style.setProperty('--share', `${all && 100 * votes[i] / all}%`);
  });
}
show();
chat.values.on('votes/', show);
