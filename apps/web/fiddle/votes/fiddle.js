const { values } = NobackendChat.join({ room: 'votes' });
const choices = ['Coffee', 'Tea', 'Water', 'It depends'];
const buttons = choices.map((choice, i) => {
  const button = document.querySelector('#choices').appendChild(document.createElement('button'));
  button.onclick = () => {
    const former = localStorage.vote; // one vote for each browser; it can be changed
    if (former === `${i}`) return;
    if (values.get(`votes/${former}`)) values.add(`votes/${former}`, -1);
    values.add(`votes/${localStorage.vote = i}`);
  };
  return button;
});
values.on('votes/', () => {
  const votes = choices.map((_, i) => values.get(`votes/${i}`) || 0);
  const all = votes.reduce((sum, n) => sum + n, 0);
  buttons.forEach((button, i) => {
    button.textContent = `${choices[i]} \u00b7 ${votes[i]}`;
    button.style.setProperty('--share', `${all && 100 * votes[i] / all}%`);
  });
});
